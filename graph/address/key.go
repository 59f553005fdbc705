package address

import (
	"slices"
	"strings"
	"unicode"

	"github.com/weirgraph/weir/internal/lazy"
)

// A Key is what the name of a setting shows of its value.
type Key struct {
	Words      []string // lower case: "CATALOG_SERVICE_ADDR", "catalogServiceAddr" and "catalog.service.addr" are the same
	address    bool     // the value is an address, if it can be one
	host       bool     // the value is a host, even when it is a bare word
	name       bool     // the value is the name of something in the DNS
	own        bool     // the value is where the service itself listens, or what others call it
	ignored    bool     // the value is no address, however much it looks like one
	insideOnly bool     // only an address inside the estate is one that it calls
	store      bool     // it ends with a product that keeps data: a bare word may be the service that is one
	digits     bool     // an IP address may be the service's own
	page       bool     // the value is compiled into pages, or where pages come from
	waits      bool     // the start of the program waits until something answers at the value
	Site       bool     // it may be for the address under which people find the service
	Telemetry  bool
	Control    bool
	Health     bool
}

var (
	// addressWords mark a value as an address, if one of them is among the last two words
	// of a key.
	addressWords = lazy.NewWords(`addr addrs address addresses host hosts hostname hostnames server servers url urls uri uris dsn
		endpoint endpoints broker brokers bootstrap target targets upstream upstreams backend backends service services svc site
		proxy peer peers node nodes seed seeds cluster connection conn connectionstring nameserver nameservers jdbc
		api gateway origin destination remote master leader primary replica registry zone defaultzone smarthost join`)
	// hostWords mark a bare word as a host.
	hostWords = lazy.NewWords(`addr addrs address addresses host hosts hostname hostnames pghost pghostaddr server servers broker brokers
		url uri endpoint endpoints seeds nodes upstream target targets bootstrap join`)
	// gluedWords precede a word for a host, as one word with it: LDAPHOST, MYSQLHOST, mongourl.
	gluedWords = lazy.NewWords(`ldap smtp imap mail db database sql mysql mariadb postgres postgresql redis mongo mongodb rabbit rabbitmq
		kafka amqp elastic elasticsearch nats mq api backend`)
	// ipWords mark a word as a host as well. Of digits they are most often the service's own.
	ipWords = lazy.NewWords(`ip ips ipv4 ipv6`)
	// dnsWords end a key whose value is a name in the DNS, after the word for what has it.
	dnsWords = lazy.NewWords(`dns fqdn`)
	// certifiedWords precede such a word where the name is one of a certificate.
	certifiedWords = lazy.NewWords(`names name alt san sans subject cert certificate tls ssl`)
	// storeWords end a key whose value may be the service that is one: SESSION_REDIS.
	storeWords = lazy.NewWords(`redis valkey memcached memcache mongo mongodb mysql mariadb postgres postgresql cassandra
		elasticsearch opensearch clickhouse kafka rabbitmq nats etcd minio`)
	// variantWords may follow a word for a host.
	variantWords = lazy.NewWords(`list primary secondary master replica slave reader writer read write ro rw internal name default`)
	// ownWords mark an address as the service's own.
	ownWords = lazy.NewWords(`listen listener listeners bind binding advertise advertised advertisedlisteners kestrel`)
	// interfaceWords mark an IP address as that of a network interface, most often the service's own.
	interfaceWords = lazy.NewWords(`interface iface nic tunnel subnet inner outer`)
	// toolKeys are settings of tools that build programs and fetch their parts.
	toolKeys = lazy.NewWords(`goproxy gosumdb gonosumdb gonoproxy goprivate npm_config_registry yarn_registry yarn_npm_registry_server
		pip_index_url pip_extra_index_url pip_trusted_host uv_index_url uv_default_index uv_extra_index_url pypi_mirror
		bundle_mirror gem_source cargo_registry rustup_dist_server rustup_update_root maven_mirror_url nuget_source hf_endpoint`)
	// outsideWords mark an address that browsers and other programs use, not the service.
	outsideWords = lazy.NewWords(`public external cors origins redirect callback cookie domain domains allowed whitelist allowlist
		logout noproxy trusted referer audience audiences letsencrypt swagger springdoc redoc blocked blocklist blacklist denied
		denylist disallowed banned`)
	// ownKeys are whole settings that name the service itself, and well-known ones
	// that do so in spite of their words.
	ownKeys = []string{"hostname", "host name", "server name", "service name", "kc hostname"}
	// linkWords precede "url" or "uri" where pages have a link.
	linkWords = lazy.NewWords(`root docs documentation help terms license licence privacy logo icon favicon avatar banner changelog homepage
		support contact faq blog forum community website imprint tos`)
	// homeWords alone precede "url" or "uri" in settings for the public address of the
	// service, or of the site that it belongs to.
	homeWords = lazy.NewWords(`app site base root host self web instance frontend client home nextauth`)
	// browserPrefixes begin settings that are compiled into pages. A browser cannot
	// resolve a name of the estate: such a name is for the server that renders the pages
	// or forwards their requests.
	browserPrefixes = []string{"next_public_", "react_app_", "vite_", "nuxt_public_", "public_", "expo_public_", "vue_app_"}
	// ignoredWords mark a value that is not an address.
	ignoredWords = lazy.NewWords(`image images tag version description title comment label labels annotation annotations
		schema namespace selector scope scopes realm user username password passwd secret token cert certificate javaagent repository chart digest`)
	telemetryWords = lazy.NewWords(`otel otlp opentelemetry zipkin jaeger tracing trace traces telemetry metrics statsd prometheus
		loki tempo fluentd fluentbit fluent logstash graylog gelf syslog sentry datadog newrelic apm honeycomb collector
		grafana pushgateway influxmetrics exporter logging pyroscope signoz serilog`)
	controlWords = lazy.NewWords(`eureka configserver nacos apollo consul discovery`)
)

// ParseKey reads the name of a setting. It costs one pass over the key.
func ParseKey(key string) Key {
	k := Key{Words: keyWords(key)}
	lower := strings.ToLower(key)
	for _, p := range browserPrefixes {
		if strings.HasPrefix(lower, p) && lower != "public_url" {
			k.page, k.insideOnly = true, true
			k.Words = keyWords(key[len(p):])
			break
		}
	}
	n := len(k.Words)
	k.ignored = toolKeys.Has(lower)
	k.own = k.isOwn()
	k.insideOnly = k.insideOnly || k.isHome()
	k.Site = n > 1 && (k.Words[n-1] == "url" || k.Words[n-1] == "uri") && homeWords.Has(k.Words[n-2])
	if n > 1 && k.Words[n-1] == "origin" { // of pages, which browsers send
		k.page, k.insideOnly = true, true
	}
	k.Health = k.isHealth()
	if n > 1 && k.Words[0] == "connection" && k.Words[1] == "strings" { // the section of .NET that holds them
		k.address, k.host = true, true
	}
	k.waits = startsAfter.MatchString(strings.Join(k.Words, " "))
	for i, w := range k.Words {
		switch {
		case ownWords.Has(w), outsideWords.Has(w):
			k.own = true
		case telemetryWords.Has(w):
			k.Telemetry = true
		case controlWords.Has(w):
			k.Control = true
		case w == "config" && i+1 < n && (k.Words[i+1] == "server" || k.Words[i+1] == "uri" || k.Words[i+1] == "import"):
			k.Control = true
		case w == "registry" && (i > 0 && k.Words[i-1] == "service" || i == 0 && n == 2 && hostWords.Has(k.Words[1]) && k.Words[1] != "url"):
			k.Control = true
		}
		if i >= n-2 && addressWords.Has(w) {
			k.address = true
		}
		if w == "container" && i == n-2 && i > 0 && k.Words[n-1] == "name" { // compose resolves it
			k.address, k.host = true, true
		}
		if w == "configuration" && i == n-1 && i > 0 && k.Words[i-1] == "redis" { // of .NET's client
			k.address, k.host = true, true
		}
		if w == "points" && i == n-1 && i > 0 && k.Words[i-1] == "contact" {
			k.address, k.host = true, true
		}
		if w == "policy" && i > 1 && k.Words[i-1] == "security" && k.Words[i-2] == "content" { // what pages may load
			k.ignored = true
		}
		if dnsWords.Has(w) && i == n-1 && i > 0 && !certifiedWords.Has(k.Words[i-1]) {
			k.name = true
		}
		k.store = k.store || i == n-1 && n > 1 && storeWords.Has(w)
		k.digits = k.digits || interfaceWords.Has(w)
		if ipWords.Has(w) && i == n-1 {
			k.address, k.digits = true, k.digits || !k.host && !(n > 1 && hostWords.Has(k.Words[n-2]))
			k.host = true
		}
		if hostWords.Has(w) && (i == n-1 || i == n-2 && variantWords.Has(k.Words[n-1])) {
			k.host = true
		}
	}
	if n > 0 && ignoredWords.Has(k.Words[n-1]) && !k.host {
		k.ignored = true
	}
	return k
}

// IsAddress reports whether the value is an address, if it can be one.
func (k Key) IsAddress() bool { return k.address }

// OfCode is the key of a string in source code that is an address by its form: a variable may be called
// like anything, "hostname" too, unless it is for where the program listens or what others use.
func (k Key) OfCode() Key {
	k.address, k.ignored = true, false
	k.own = slices.ContainsFunc(k.Words, func(w string) bool { return ownWords.Has(w) || outsideWords.Has(w) })
	return k
}

// isOwn reports whether the key as a whole is for the service's own name, or for one that it
// only compares or hands out. The server name of TLS is the one in a certificate. Keycloak has several settings about its own hostname. A virtual
// host is a name that a web server answers to, and a part of a broker. The issuer of a token is
// compared, and the addresses of an application that is registered for logins are where browsers
// return to.
func (k *Key) isOwn() bool {
	whole := strings.Join(k.Words, " ")
	if slices.Contains(ownKeys, whole) || strings.HasPrefix(whole, "kc hostname ") || strings.HasSuffix(whole, "virtual host") {
		return true
	}
	switch whole[strings.LastIndexByte(whole, ' ')+1:] {
	case "name":
		return certificateName.MatchString(whole)
	case "issuer", "issuers":
		return tokenIssuer.MatchString(whole)
	case "url":
		return registeredRoot.MatchString(whole)
	}
	return false
}

// IsLogin reports whether a setting is the address of a provider of identities, where browsers log in
// and keys of tokens are fetched: libraries for logins call it, and not the program's own clients.
func IsLogin(key string) bool { return identityProvider.MatchString(strings.Join(Words(key), " ")) }

var (
	identityProvider = lazy.NewRegexp(`(?:^|.* )(?:issuer(?: uri| url)?|jwks?(?: key)?(?: set)? (?:uri|url|endpoint)` +
		`|(?:oauth|oauth2|oidc|openid|sso|okta|keycloak|security|client|provider|jwt|bearer|identity|identityserver|auth|authentication) (?:.* )?` +
		`(?:authority|(?:user )?authorization (?:uri|url|endpoint)|(?:access )?token (?:uri|url|endpoint)|(?:token|user) ?info (?:uri|url|endpoint)|introspection (?:uri|url|endpoint)))$`)
	certificateName = lazy.NewRegexp(`\b(?:tls|ssl|sni|origin) (?:.+ )?server name$`)
	tokenIssuer     = lazy.NewRegexp(`^(?:.* )?(?:(?:jwt|jwks|token|tokens)(?: settings| options| bearer)? issuer|valid issuers?)$`)
	startsAfter     = lazy.NewRegexp(`^(?:wait(?: for(?: it)?)?(?: hosts?| urls?| services?)?|service preconditions?)$`)
	registeredRoot  = lazy.NewRegexp(`\b(?:clients|applications) (?:.+ )?(?:root|base|admin|home) url$`)
)

// isHome reports whether the key is for the address under which the service
// itself, or its site, is found, or that its pages link to.
func (k *Key) isHome() bool {
	n := len(k.Words)
	if n < 2 || k.Words[n-1] != "url" && k.Words[n-1] != "uri" {
		return false
	}
	if n > 3 && k.Words[n-2] == "service" && k.Words[n-3] == "of" && k.Words[n-4] == "terms" {
		return true
	}
	return n == 2 && homeWords.Has(k.Words[0]) || linkWords.Has(k.Words[n-2])
}

// isHealth reports whether the key is for asking whether something is alive.
func (k *Key) isHealth() bool {
	for i, w := range k.Words {
		switch {
		case w == "healthcheck", w == "healthchecks", w == "healthz",
			w == "check" || w == "checks" || w == "probe":
			if w[0] == 'h' || i > 0 && k.Words[i-1] == "health" {
				return true
			}
		case w == "hc" && i == len(k.Words)-1:
			return true
		}
	}
	return false
}

// Words splits a key into lower-case words, at everything that is no letter or digit and at the
// humps of camelCase, also after an acronym: "GTPBindAddress" is gtp, bind and address. Numbers
// are left out: they count entries of a list.
func Words(key string) []string {
	var words []string
	start := -1
	flush := func(end int) {
		if start >= 0 && strings.IndexFunc(key[start:end], unicode.IsLetter) >= 0 {
			words = append(words, strings.ToLower(key[start:end]))
		}
		start = -1
	}
	var before rune
	for i, r := range key {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush(i)
		case unicode.IsUpper(r) && (unicode.IsLower(before) || endsAcronym(key, start, i)):
			flush(i)
			start = i
		case start < 0:
			start = i
		}
		before = r
	}
	flush(len(key))
	return words
}

// keyWords are the words of a key, of which the last may be two that are written as one.
func keyWords(key string) []string {
	words := Words(key)
	if n := len(words); n > 0 {
		if of := gluedTo(words[n-1]); of > 0 {
			return append(words[:n-1], words[n-1][:of], words[n-1][of:])
		}
	}
	return words
}

// gluedTo returns where in a word in lower case the word for a host begins that is written as one with what has it; 0 if none is.
func gluedTo(word string) int {
	for _, end := range []string{"host", "hostname", "hosts", "url", "uri", "addr"} {
		if of, ok := strings.CutSuffix(word, end); ok && gluedWords.Has(of) {
			return len(of)
		}
	}
	return 0
}

// endsAcronym reports whether the capital at i begins a word after the acronym from start on:
// that of two capitals or more, where two small letters follow. "URLs" and "IPv4" are one word.
func endsAcronym(key string, start, i int) bool {
	if start < 0 || i-start < 2 || i+2 >= len(key) {
		return false
	}
	for _, c := range []byte(key[start:i]) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	small := func(c byte) bool { return c >= 'a' && c <= 'z' }
	return small(key[i+1]) && small(key[i+2])
}

// isPage reports whether a key may be for a page to read: the URL of something that is not called like a server.
func (k *Key) isPage() bool {
	n := len(k.Words)
	return n > 1 && k.Words[n-1] == "url" && !addressWords.Has(k.Words[n-2])
}

// SiblingKey returns the key of a setting that belongs to another by its name: for
// DB_HOST and "port" it is DB_PORT, for spring.redis.host it is spring.redis.port,
// for redisHost redisPort. An empty word leaves the part of key before the word for a host.
// It returns "" if key does not end in a word for a host.
func SiblingKey(key, word string) string {
	i := len(key)
	for i > 0 && isLetter(key[i-1]) {
		i--
		if key[i] <= 'Z' && i+1 < len(key) && key[i+1] >= 'a' {
			break // a hump of camelCase
		}
	}
	last := key[i:]
	switch {
	case last == "PGHOST": // libpq writes its words in one: PGPORT, PGDATABASE
		return key[:i] + "PG" + strings.ToUpper(word)
	case gluedTo(strings.ToLower(last)) > 0 && last == strings.ToUpper(last): // LDAPPORT
		return key[:i] + last[:gluedTo(strings.ToLower(last))] + strings.ToUpper(word)
	case !hostWords.Has(strings.ToLower(last)):
		return ""
	case last == strings.ToUpper(last):
		word = strings.ToUpper(word)
	case last[0] <= 'Z' && word != "":
		word = strings.ToUpper(word[:1]) + word[1:]
	}
	return key[:i] + word
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
