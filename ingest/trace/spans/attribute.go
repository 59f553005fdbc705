package spans

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// An attribute is one of those that matter to calls, under whatever name the
// semantic conventions gave it over the years.
type attribute uint8

const (
	peerName    attribute = iota // service.peer.name
	peerService                  // peer.service

	ServerAddress // the hosts, in the order of their trust
	netPeerName
	serverSocketDomain
	netSockPeerName
	httpHost
	peerHostname

	urlFull
	httpURL

	dbNamespace
	dbName
	dbInstance
	dbSystemName
	DbSystem

	networkPeerAddress
	serverSocketAddress
	netSockPeerAddr
	netPeerIP
	peerAddress

	rpcService

	peerNamespace
	serverPort
	netPeerPort
	networkPeerPort
	serverSocketPort
	netSockPeerPort
	upstreamCluster

	destinationName // messaging.destination.name
	destination     // messaging.destination
	busDestination  // message_bus.destination
	messagingSystem
	messagingOperation // messaging.operation.type

	rpcSystem
	httpMethod
	ResendCount
	attemptCount
	retryTag
	ErrorTag
	StatusCode
	SpanKind
	samplerType
	samplerParam

	DbStatement // what a request is about, see operation
	DbOperation
	DbCollection
	rpcMethod
	httpRoute
	urlTemplate
	urlPath
	httpTarget
	urlQuery

	attributes
	NoAttribute
)

// AttributeOf returns which attribute a key names.
func AttributeOf(key []byte) attribute {
	if len(key) < 5 || len(key) > 27 {
		return NoAttribute
	}
	switch string(key) {
	case "service.peer.name":
		return peerName
	case "peer.service":
		return peerService
	case "server.address":
		return ServerAddress
	case "net.peer.name":
		return netPeerName
	case "server.socket.domain":
		return serverSocketDomain
	case "net.sock.peer.name":
		return netSockPeerName
	case "http.host":
		return httpHost
	case "peer.hostname":
		return peerHostname
	case "url.full":
		return urlFull
	case "http.url":
		return httpURL
	case "db.namespace":
		return dbNamespace
	case "db.name":
		return dbName
	case "db.instance":
		return dbInstance
	case "db.system.name":
		return dbSystemName
	case "db.system", "db.type":
		return DbSystem
	case "network.peer.address":
		return networkPeerAddress
	case "server.socket.address":
		return serverSocketAddress
	case "net.sock.peer.addr":
		return netSockPeerAddr
	case "net.peer.ip":
		return netPeerIP
	case "peer.address":
		return peerAddress
	case "rpc.service":
		return rpcService
	case "service.peer.namespace":
		return peerNamespace
	case "server.port":
		return serverPort
	case "net.peer.port":
		return netPeerPort
	case "network.peer.port":
		return networkPeerPort
	case "server.socket.port":
		return serverSocketPort
	case "net.sock.peer.port":
		return netSockPeerPort
	case "upstream_cluster.name", "upstream_cluster":
		return upstreamCluster
	case "messaging.destination.name":
		return destinationName
	case "messaging.destination":
		return destination
	case "message_bus.destination":
		return busDestination
	case "messaging.system":
		return messagingSystem
	case "messaging.operation.type", "messaging.operation":
		return messagingOperation
	case "rpc.system", "rpc.system.name":
		return rpcSystem
	case "http.request.method", "http.method":
		return httpMethod
	case "http.request.resend_count", "http.resend_count", "http.retry_count":
		return ResendCount
	case "x-envoy-attempt-count":
		return attemptCount
	case "retry":
		return retryTag
	case "error":
		return ErrorTag
	case "otel.status_code":
		return StatusCode
	case "span.kind":
		return SpanKind
	case "sampler.type":
		return samplerType
	case "sampler.param":
		return samplerParam
	case "db.statement", "db.query.text":
		return DbStatement
	case "db.operation", "db.operation.name":
		return DbOperation
	case "db.collection.name", "db.sql.table", "db.mongodb.collection":
		return DbCollection
	case "rpc.method":
		return rpcMethod
	case "http.route":
		return httpRoute
	case "url.template":
		return urlTemplate
	case "url.path", "http.path":
		return urlPath
	case "http.target":
		return httpTarget
	case "url.query":
		return urlQuery
	}
	return NoAttribute
}

// A peerInfo is a peer while its span is read: its texts are parts of the text.
type peerInfo struct {
	name, namespace, host, protocol []byte
	port                            int
	kind                            graph.Kind
	named                           bool
}

// peer returns what is kept of the sight.
func (s *peerInfo) peer() Peer {
	return Peer{
		Name: clean(s.name), Namespace: clean(s.namespace), Host: clean(s.host), Port: s.port,
		Protocol: clean(s.protocol), Kind: s.kind, Named: s.named,
	}
}

// clean returns a text that is UTF-8.
func clean(s []byte) string { return strings.ToValidUTF8(string(s), "\uFFFD") }

// known reports whether the span names anything of its other side.
func (s *peerInfo) known() bool {
	return len(s.name)+len(s.namespace)+len(s.host)+len(s.protocol)+s.port > 0
}

// describe returns the other side of a call, as far as the client span, or the consumer
// span, shows it.
func (d *Builder) describe() peerInfo {
	p := peerInfo{protocol: d.protocol(), namespace: d.Get(peerNamespace), port: d.port()}
	host, isIP := d.host()
	p.host = host
	if cluster := upstreamHost(d.Get(upstreamCluster)); cluster != nil {
		p.host = cluster
	}
	if d.set&(1<<dbNamespace|1<<dbName|1<<dbInstance|1<<dbSystemName|1<<DbSystem) != 0 {
		p.kind = graph.KindDatabase
	}
	name := d.service()
	if p.named = name != nil; p.named {
		p.name = name
		return p
	}
	if k := d.Flags.Kind(); k == Producer || k == Consumer {
		d.describeQueue(&p, host)
		return p
	}
	p.name = d.place(host, isIP)
	return p
}

// describeQueue names what a producer sends to or a consumer takes from.
func (d *Builder) describeQueue(p *peerInfo, host []byte) {
	for _, a := range [...]attribute{destinationName, destination, busDestination} {
		if v := d.Get(a); v != nil {
			// A topic is no host: it is not whatever runs the broker.
			p.name, p.kind, p.host, p.port = v, graph.KindTopic, nil, 0
			return
		}
	}
	if p.kind, p.name = graph.KindBroker, d.Get(messagingSystem); p.name == nil {
		p.name = host
	}
}

// messages makes producers and consumers of clients that send to a queue or take
// from it: conventions have had both kinds for it.
func (d *Builder) messages() {
	if d.Flags.Kind() != Client || d.set&(1<<messagingOperation) == 0 || d.set&(1<<destinationName|1<<destination|1<<busDestination) == 0 {
		return
	}
	switch string(d.Get(messagingOperation)) {
	case "send", "publish", "create":
		d.Flags = d.Flags&^KindMask | Producer
	case "receive", "process", "deliver":
		d.Flags = d.Flags&^KindMask | Consumer
	}
}

// service returns the name of the service on the other side, if the span has one.
func (d *Builder) service() []byte {
	switch {
	case len(d.Remote) > 0:
		return d.Remote
	case d.Get(peerName) != nil:
		return d.Get(peerName)
	}
	return d.Get(peerService)
}

// place names the other side of a call without a service name. The name of a database is
// preferred to an IP address.
func (d *Builder) place(host []byte, isIP bool) []byte {
	if len(host) > 0 && !isIP {
		return host
	}
	for a := dbNamespace; a <= DbSystem; a++ {
		if v := d.Get(a); v != nil {
			return v
		}
	}
	for _, s := range [...][2]attribute{
		{networkPeerAddress, networkPeerPort}, {serverSocketAddress, serverSocketPort}, {netSockPeerAddr, netSockPeerPort},
	} {
		if v := d.Get(s[0]); v != nil {
			if port := d.Get(s[1]); port != nil {
				v = append(append(v[:len(v):len(v)], ':'), port...)
			}
			return v
		}
	}
	for _, v := range [...][]byte{host, d.Get(netPeerIP), d.RemoteIP, d.Get(peerAddress)} {
		if len(v) > 0 {
			return v
		}
	}
	return d.Get(rpcService)
}

// host returns the host that the span says it calls: the first name, else the
// first address in digits.
func (d *Builder) host() (host []byte, isIP bool) {
	for a := ServerAddress; a <= httpURL; a++ {
		v := d.Get(a)
		if v == nil {
			continue
		}
		switch a {
		case httpHost:
			v = withoutPort(v)
		case urlFull, httpURL:
			v = hostOfURL(v)
		}
		switch {
		case len(v) == 0:
		case !isAddress(v):
			return v, false
		case host == nil:
			host, isIP = v, true
		}
	}
	return host, isIP
}

func (d *Builder) port() int {
	for _, a := range [...]attribute{serverPort, netPeerPort} {
		if n, ok := ParseInt(d.Get(a)); ok && 0 < n && n < 1<<16 {
			return int(n)
		}
	}
	return 0
}

// protocol returns the protocol of the call, if the span shows it.
func (d *Builder) protocol() []byte {
	for _, a := range [...]attribute{dbSystemName, DbSystem, messagingSystem, rpcSystem} {
		if v := d.Get(a); v != nil {
			return v
		}
	}
	if d.set&(1<<httpMethod|1<<httpHost|1<<httpURL|1<<urlFull) != 0 {
		return overHTTP
	}
	return nil
}

var overHTTP = []byte("http")

// upstreamHost returns the host in Envoy's name for a cluster,
// "outbound|9080||details.shop.svc.cluster.local".
func upstreamHost(cluster []byte) []byte {
	if !bytes.HasPrefix(cluster, []byte("outbound|")) {
		return nil
	}
	return cluster[bytes.LastIndexByte(cluster, '|')+1:]
}

func hostOfURL(u []byte) []byte {
	_, rest, ok := bytes.Cut(u, []byte("://"))
	if !ok {
		return nil
	}
	if end := bytes.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return withoutPort(rest[bytes.LastIndexByte(rest, '@')+1:])
}

func withoutPort(host []byte) []byte {
	if len(host) > 0 && host[0] == '[' {
		if end := bytes.IndexByte(host, ']'); end > 0 {
			return host[1:end]
		}
	}
	if i := bytes.IndexByte(host, ':'); i >= 0 && bytes.IndexByte(host[i+1:], ':') < 0 {
		return host[:i]
	}
	return host
}

// isAddress reports whether a host is written in digits.
func isAddress(host []byte) bool {
	if host[0]-'0' > 9 && bytes.IndexByte(host, ':') < 0 {
		return false
	}
	_, err := netip.ParseAddr(string(host))
	return err == nil
}

// IsRetry reports whether an event of a span is named for what it means.
func IsRetry(event []byte) bool { return string(event) == "retry" }
