package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// pair is an address in two values beside each other, the host and its port: {host: "db", port: 5432},
// forAddress("cart", 50051).
var pair = &Idiom{
	Name:      "pair",
	Doc:       `a host and its port in two values: {host: "db", port: 5432}`,
	Languages: []string{"csharp", "go", "java", "javascript", "kotlin", "php", "python", "ruby", "typescript"},
	find:      findPair,
}

// dial is a host alone in the place of one: the port is not in sight, or is the usual one.
var dial = &Idiom{
	Name:      "dial",
	Doc:       `a host alone where a client takes one: redis.Redis(host="cache"), {hostname: "broker"}`,
	Languages: []string{"csharp", "go", "java", "javascript", "kotlin", "php", "python", "ruby", "typescript"},
	find:      findDial,
}

func findPair(f *file, i int) int {
	host, ok := f.hostAt(i)
	if !ok {
		return i
	}
	key := f.hostKey(i)
	port := -1
	switch {
	case key != "":
		port = f.portBeside(i)
	case f.byte(i-1) == '(' || f.byte(i-1) == ',':
		if open := f.opening(i); open > 0 && f.byte(open) == '(' && isDialer(f.chainBefore(open)) {
			key = lastName(f.chainBefore(open))
			port = f.portAfter(open, i)
		}
	}
	if port < 0 {
		return i
	}
	if s := f.spotOf(i); s.speaks() {
		return i
	}
	if number, _ := f.eval(port); isPort(number.text) {
		f.show(i, graph.CodePlace{Kind: graph.CodeAddress, Key: key, Text: host + ":" + number.text})
	} else {
		f.show(i, graph.CodePlace{Kind: graph.CodeName, Way: "source-host", Key: key, Text: host})
	}
	return i + 1
}

func findDial(f *file, i int) int {
	host, ok := f.hostAt(i)
	if !ok {
		return i
	}
	key := f.hostKey(i)
	if key == "" {
		open := i - 1
		if f.byte(open) == '[' || f.byte(open) == '{' {
			open--
		}
		if f.byte(open) != '(' || !isDialer(f.chainBefore(open)) {
			return i
		}
		key = lastName(f.chainBefore(open))
	}
	if s := f.spotOf(i); s.speaks() {
		return i
	}
	f.show(i, graph.CodePlace{Kind: graph.CodeName, Way: "source-dial", Key: key, Text: host, Weak: true})
	return i + 1
}

// hostAt returns the string at a token if it may be the name of a host that is not this one, and nothing is joined to it.
func (f *file) hostAt(i int) (string, bool) {
	body := inside(&f.code, i)
	if len(body) < 2 || len(body) > 60 || body[0] < 'a' || body[0] > 'z' {
		return "", false
	}
	if c := f.byte(i + 1); c != ',' && c != ')' && c != '}' && c != ']' && c != ';' {
		return "", false
	}
	for _, c := range body {
		if classes[c] < isLetter && c != '-' && c != '.' || c == '$' || c >= 0x80 {
			return "", false
		}
	}
	return string(body), string(body) != "localhost"
}

// hostKey returns the key of a value at a token if it is for the host of a server that is called.
func (f *file) hostKey(i int) string {
	key := f.keyBefore(i)
	switch strings.ToLower(strings.Trim(key, "_$")) {
	case "host", "hostname", "servername", "redis_host", "db_host", "dbhost", "redishost":
	default:
		return ""
	}
	// A variable may have the name of the program itself. What is assigned between braces is a statement, but in C#.
	open := f.opening(i)
	if open < 0 || f.byte(open) == '{' && f.byte(i-1) == '=' && (f.lang.Name != "csharp" || f.byte(open-1) == ')' && f.kind(f.chainStart(open-1)-1) != word) {
		return ""
	}
	return key
}

// portBeside returns the first token of the value with the key of a port beside the one at a token, -1 if there is
// none.
func (f *file) portBeside(i int) int {
	for _, at := range f.args(f.opening(i)) {
		name := f.string(at)
		if f.kind(at) == text {
			name, _ = f.plain(at)
		}
		if strings.EqualFold(strings.Trim(name, "_$"), "port") {
			for at++; f.byte(at) == ':' || f.byte(at) == '=' || f.byte(at) == '>'; at++ {
			}
			return at
		}
	}
	return -1
}

// portAfter returns the first token of a number that a call takes beside the host at a token, -1 if it takes none.
func (f *file) portAfter(open, host int) int {
	for _, at := range f.args(open) {
		if at != host && f.kind(at) == number {
			return at
		}
	}
	return -1
}

func isPort(s string) bool {
	return len(s) >= 2 && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
}

// isDialer reports whether a function connects to a host that it takes, by its name.
func isDialer(chain string) bool {
	switch lastName(chain) {
	case "forAddress", "Socket", "TcpClient", "InetSocketAddress", "TSocket", "TcpSocket", "HttpHost", "ServerAddress", "connect", "Connect", "createConnection", "create_connection", "Dial",
		"Redis", "StrictRedis", "Jedis", "JedisPool", "RedisClient", "MongoClient", "Mongo", "ConnectionParameters", "RedisStandaloneConfiguration", "HTTPConnection", "HTTPSConnection",
		"TCPSocket", "fsockopen", "pconnect", "addServer", "Elasticsearch", "Cluster", "addContactPoint", "withContactPoints", "ClickHouseClient", "Memcached", "setHost", "fast_connect":
		return true
	}
	return false
}
