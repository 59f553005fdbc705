package address

import (
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestMentions(t *testing.T) {
	for _, tt := range []struct {
		key, text, want string // want: address and way, "?" if it must be known
	}{
		// URLs, whatever the key
		{"FRONTEND", "http://web:8080/path?x=1", "http://web:8080 env-url"},
		{"CATALOG_URL", "https://user:pw@catalog.shop.svc.cluster.local./v1", "https://catalog.shop.svc.cluster.local env-url"},
		{"A__0__Uri", "HTTP://Pay", "http://pay env-url"},
		{"SERVICES", "http://a:1,http://b:2/x;http://c", "http://a:1 env-url http://b:2 env-url http://c env-url"},
		{"UPSTREAMS", "cart;http://cart:80,orders;http://orders:81", "http://cart:80 env-url http://orders:81 env-url"},
		{"PAIRS", "catalog=http://catalog,cart=http://cart", "http://catalog env-url http://cart env-url"},
		{"JSON", `{"pay":"http://pay:80/x","ship":"http://ship"}`, "http://pay:80 env-url http://ship env-url"},
		{"TARGET", "dns:///greeter:50051", "dns://greeter:50051 env-url"},
		{"V6", "http://[fd00::1]:80/", "http://fd00::1:80 env-url"},
		{"ROUTE", "lb://ORDERS", "lb://orders env-url"},
		{"CONSOLE_HOSTNAMES", "localhost,shop.io,*.shop.io", ""},
		{"CATALOG_CONTAINER_NAME", "catalog", "catalog env-host?"},
		{"BROKER_URL", "<the address of the broker, amqp://mq:5672>", ""},
		{"FALLBACK", "${PAY_URL:http://pay:1}", "http://pay:1 env-url"},

		// data sources
		{"DB", "postgres://app:s%40cret@pg.db:5432/orders?sslmode=disable", "postgres://pg.db:5432/orders env-dsn"},
		{"DB", "postgresql+psycopg2://u:p@pg/main", "postgresql+psycopg2://pg/main env-dsn"},
		{"MONGO", "mongodb://u:p@m0:27017,m1:27017,m2:27017/shop?replicaSet=rs", "mongodb://m0:27017/shop env-dsn mongodb://m1:27017/shop env-dsn mongodb://m2:27017/shop env-dsn"},
		{"X", "jdbc:mysql://db:3306/orders?useSSL=false", "mysql://db:3306/orders env-dsn"},
		{"X", "jdbc:sqlserver://mssql:1433;databaseName=crm;encrypt=true", "sqlserver://mssql:1433/crm env-dsn"},
		{"X", "jdbc:oracle:thin:@ora:1521:XE", "oracle://ora:1521/XE env-dsn"},
		{"X", "jdbc:h2:mem:testdb", ""},
		{"X", "root:pw@tcp(mysql:3306)/shop?parseTime=true", "mysql://mysql:3306/shop env-dsn"},
		{"X", "Host=pg;Port=5432;Username=u;Password=p;Database=orders", "postgres://pg:5432/orders env-dsn"},
		{"X", "Server=tcp:sql,1433;Initial Catalog=crm;User Id=sa;Password=x", "sqlserver://sql:1433/crm env-dsn"},
		{"X", "host=pg port=5432 user=u dbname=orders", "postgres://pg:5432/orders env-dsn"},
		{"CELERY_BROKER_URL", "amqp://guest:guest@rabbit//", "amqp://rabbit env-dsn"},
		{"REDIS_URL", "redis://:pw@redis:6379/0", "redis://redis:6379 env-dsn"},

		// host:port
		{"CART_ADDR", "cart:7070", "cart:7070 env-hostport"},
		{"mongo", "user-db:27017", "user-db:27017 env-hostport?"},
		{"BROKERS", "SASL_PLAINTEXT://k0:9093,PLAINTEXT://k1:9092", "sasl_plaintext://k0:9093 env-dsn plaintext://k1:9092 env-dsn"},
		{"KAFKA_BOOTSTRAP_SERVERS", "k0:9092,k1:9092", "k0:9092 env-hostport k1:9092 env-hostport"},
		{"REDIS_CONNECTION", "redis:6379,abortConnect=false,password=x", "redis:6379 env-hostport"},
		{"LISTEN_ADDR", "cart:7070", ""},
		{"KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka:9092", ""},
		{"WINDOW", "10:30", ""},
		{"IMAGE", "redis:6379", ""},
		{"SERVER_IMAGE", "registry.io/x:8080", ""},
		{"HARBOUR_SERVER_HOST_IP", "crane", "crane env-host?"},
		{"hostIPv4", "crane", "crane env-host?"},
		{"nodeIP", "10.1.2.3", "10.1.2.3 env-host?"},
		{"DB_HOST_IP", "10.1.2.3", "10.1.2.3 env-host"},
		{"tunnelInnerAddr", "10.1.2.3", "10.1.2.3 env-host?"},
		{"IKEBindAddress", "10.1.2.3", ""},
		{"SESSION_REDIS", "sessions", "sessions env-host?"},
		{"DIALECT_POSTGRES", "org.hibernate.dialect.postgres", ""},
		{"GOPROXY", "https://proxy.golang.example,direct", ""},
		{"endpoints", "env,metrics,dump,info,hystrix.stream", "env env-host? metrics env-host? dump env-host? info env-host? hystrix.stream env-host?"},
		{"stdout.Target", "System.out", ""},
		{"CORE_TOPIC_PROPERTIES", "retention.ms:604800000;partitions:1;min.insync.replicas:1", ""},
		{"CORE_TOPIC_PROPERTIES", "min.insync.replicas:1;cleanup.policy:compact", ""},
		{"TILLS", "till-a.shop:8080;till-b.shop:8080", "till-a.shop:8080 env-hostport? till-b.shop:8080 env-hostport?"},
		{"clients.adminUrl", "http://till:8000", ""},
		{"RATIO", "retries:3", "retries:3 env-hostport?"},
		{"VOLUME", "/var/run/docker.sock:/var/run/docker.sock", ""},
		{"JAVA_OPTS", "-Xmx64m -Djava.security.egd=file:/dev/urandom", ""},

		// names that the program looks up itself
		{"endpoint", "dnssrv+_grpc._tcp.store.monitoring", "store.monitoring env-hostport"},
		{"query", "dnssrvnoa+_http._tcp.query", "query env-hostport"},
		{"join_members", "dns+gossip-ring:7946", "gossip-ring:7946 env-hostport"},
		{"alertmanagers.url", "dnssrv+http://_web._tcp.alerts.monitoring:9093", "http://alerts.monitoring:9093 env-url"},
		{"CACHE_HOST", "_client._tcp.cache.shop", "cache.shop env-host"},
		{"mode", "dns+tls", ""},
		{"agent_dns", "agent.shop.svc.cluster.local", "agent.shop.svc.cluster.local env-host"},
		{"agent_dns", "agent", ""},
		{"AGENT_FQDN", "agent.example.org", ""},
		{"cert_dns", "agent.shop.svc.cluster.local", ""},
		{"DNS.1", "agent.shop.svc.cluster.local", ""},

		// hosts
		{"DB_HOST", "mysqldb", "mysqldb env-host?"},
		{"DB_HOST", "db.prod.rds.amazonaws.com", "db.prod.rds.amazonaws.com env-host"},
		{"POSTGRES_DB", "orders", ""},
		{"POSTGRES_USER", "orders", ""},
		{"CONFIG_URL", "app.yaml", ""},
		{"EMAIL_ADDRESS", "shop@example.com", ""},
		{"NEXT_PUBLIC_API_URL", "https://api.example.com", ""},
		{"NEXT_PUBLIC_API_URL", "http://api:3000", "http://api:3000 env-url?"},
		{"VITE_API_HOST", "api.shop.svc.cluster.local:80", "api.shop.svc.cluster.local:80 env-hostport?"},
		{"PUBLIC_URL", "http://web", ""},
		{"SITE_URL", "https://shop.example.com", ""},
		{"GF_SERVER_ROOT_URL", "https://grafana.example.com/", ""},
		{"root_url", "%(protocol)s://%(domain)s:%(http_port)s/", ""},
		{"DB_URL", "{{ db_url }}", "${db_url} env-host?"},
		{"HOSTNAME", "orders", ""},
		{"SERVER_NAME", "orders", ""},
		{"DB_SERVER_NAME", "orders", "orders env-host?"},
		{"SPRING_RABBITMQ_VIRTUAL_HOST", "orders", ""},
		{"VIRTUAL_HOST", "shop.example.com", ""},
		{"KC_HOSTNAME_URL", "https://auth.example.com", ""},
		{"NEXTAUTH_URL", "https://shop.example.com", ""},
		{"OAUTH_SCOPES", "https://www.googleapis.com/auth/userinfo.email", ""},
		{"SMTP_HOST", "SMTP_HOST", "smtp_host env-host?"},
		{"CASSANDRA_CONTACT_POINTS", "c1,c2", "c1 env-host? c2 env-host?"},
		{"MONGO_REPLICA_SET", "rs0/m0:27017,m1:27017", "m0:27017 env-hostport m1:27017 env-hostport"},
		{"APP_DOCS_URL", "https://docs.example.com", ""},
		{"AUTH0_AUDIENCE", "https://api.example.com", ""},
		{"FRONTEND_URL", "http://frontend", "http://frontend env-url?"},
		{"AUTHORS_SITE_URL", "https://authors.example.com", "https://authors.example.com env-url"},
		{"ConnectionStrings__EventBus", "rabbitmq", "rabbitmq env-host?"},
		{"ConnectionStrings__Redis", "basket,password=x", "basket env-host?"},
		{"CORS_ORIGINS", "https://shop.example.com", ""},
		{"UNIX", "unix:///var/run/x.sock", ""},
		{"OTEL_SERVICE_NAME", "cart", ""},
		{"UPSTREAMS", "static://200", "static://200 env-url?"},
		{"SMS_PROVIDER", "sms://user:secret@mock", "sms://mock env-url?"},
		{"MAP", "redis://KNOWN_SENDERS_MAP", "redis://known_senders_map env-dsn?"},
		{"API_URL", "https://YOURHOST/v1", "https://yourhost env-url?"},
		{"API_URL", "http://API.example.com/v1", "http://api.example.com env-url"},
		{"API_URL", "http://order_api:8080/v1", "http://order_api:8080 env-url?"},
		{"SUPPORT_URL", "https://help.example.com", ""},
		{"X", "", ""},
		{"X", "://", ""},
		{"X", "http://", ""},
		{"X_URL", "http://{{ .Values.x }}/", "http://${.values.x} env-url"},
	} {
		var got []string
		for _, m := range Find(ParseKey(tt.key), tt.text, graph.FromEnv) {
			s := m.Address.String() + " " + m.Way
			if m.Known {
				s += "?"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("mentions(%q, %q)\n got  %s\n want %s", tt.key, tt.text, s, tt.want)
		}
	}
}

func TestInspect(t *testing.T) {
	for key, want := range map[string]string{
		"REGISTRY_HOST":               "control",
		"SERVICE_REGISTRY_URL":        "control",
		"SCHEMA_REGISTRY_HOST":        "",
		"REGISTRY_URL":                "",
		"eureka.client.service-url":   "control",
		"ZIPKIN_URL":                  "telemetry",
		"HealthChecksUI__0__Uri":      "health",
		"OrdersUrlHC":                 "health",
		"ORDERS_HEALTH_CHECK_URL":     "health",
		"HEALTHCHECK_URL":             "health",
		"HEALTH_RECORDS_URL":          "",
		"CHECKOUT_URL":                "",
		"VITE_API_URL":                "page nearby",
		"SITE_URL":                    "nearby",
		"server.root_url":             "nearby",
		"LISTEN_ADDR":                 "own",
		"WEB_ORIGIN":                  "page nearby",
		"ORIGIN_URL":                  "",
		"ConnectionStrings__Database": "",
	} {
		k := ParseKey(key)
		var got []string
		for _, trait := range []struct {
			name string
			has  bool
		}{{"own", k.own}, {"page", k.page}, {"nearby", k.insideOnly}, {"telemetry", k.Telemetry}, {"control", k.Control}, {"health", k.Health}} {
			if trait.has {
				got = append(got, trait.name)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("inspect(%q) = %q, want %q", key, s, want)
		}
	}
}

func TestKeyWords(t *testing.T) {
	for key, want := range map[string]string{
		"CATALOG_SERVICE_ADDR":    "catalog service addr",
		"catalogServiceAddr":      "catalog service addr",
		"spring.data.mongodb.uri": "spring data mongodb uri",
		"A__0__Uri":               "a uri",
		"DBHost":                  "db host",
		"GTPBindAddress":          "gtp bind address",
		"hostIPv4":                "host ipv4",
		"baseURLs":                "base urls",
		"":                        "",
		"--":                      "",
	} {
		if got := strings.Join(Words(key), " "); got != want {
			t.Errorf("keyWords(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestSister(t *testing.T) {
	for _, tt := range []struct{ key, word, want string }{
		{"DB_HOST", "port", "DB_PORT"},
		{"spring.redis.host", "port", "spring.redis.port"},
		{"HOST", "port", "PORT"},
		{"DB_NAME", "port", ""},
		{"redisHost", "port", "redisPort"},
		{"", "port", ""},
		{"mongoDB_HOST", "name", "mongoDB_NAME"},
		{"MailHost", "port", "MailPort"},
		{"LDAPHOST", "port", "LDAPPORT"},
		{"SHOP_REDISHOST", "", "SHOP_REDIS"},
		{"GHOST", "port", ""},
		{"Mail__Host", "", "Mail__"},
		{"Host", "", ""},
		{"host", "", ""},
	} {
		if got := SiblingKey(tt.key, tt.word); got != tt.want {
			t.Errorf("sister(%q, %q) = %q, want %q", tt.key, tt.word, got, tt.want)
		}
	}
}

func FuzzMentions(f *testing.F) {
	f.Add("DB_URL", "mongodb://u:p@m0:27017,m1/shop?x=y")
	f.Add("A", "jdbc:oracle:thin:@x:1:y http://[::1]:80 a:1,b:2;c")
	f.Add("HOST", "Host=pg;Port=5432;Database=x")
	f.Fuzz(func(t *testing.T, key, text string) {
		for _, way := range []graph.SettingSource{graph.FromEnv, graph.FromArg, graph.FromFile} {
			for _, m := range Find(ParseKey(key), text, way) {
				if m.Host == "" || strings.ContainsAny(m.Host, " /@\n") {
					t.Errorf("mentions(%q, %q): host %q", key, text, m.Host)
				}
			}
		}
	})
}
