package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// file writes a file of a directory.
func (d *directory) file(name string, write func(w *bufio.Writer)) {
	path := filepath.Join(d.path, filepath.FromSlash(name))
	check(os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	check(err)
	w := bufio.NewWriterSize(f, 1<<20)
	write(w)
	check(w.Flush())
	check(f.Close())
}

// text is a file with these lines.
func (d *directory) text(name string, lines ...string) {
	d.file(name, func(w *bufio.Writer) { io.WriteString(w, strings.Join(lines, "\n")+"\n") })
}

// packed is a file of gzip.
func (d *directory) packed(name string, write func(w *bufio.Writer)) {
	d.file(name, func(w *bufio.Writer) {
		z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
		check(err)
		inner := bufio.NewWriterSize(z, 1<<20)
		write(inner)
		check(inner.Flush())
		check(z.Close())
	})
}

func repeat(w *bufio.Writer, text string, n int) {
	for range n {
		w.WriteString(text)
	}
}

const composeFile = "services:\n  web:\n    image: x\n    environment:\n"

// attacks are those that have been tried, by what they are aimed at: what is hidden, memory, time.
var attacks = []attack{
	{name: "a byte order mark hides a Deployment", write: func(d *directory, _ int) {
		d.text("a.yaml", "apiVersion: v1", "kind: Service", "metadata: {name: a}", "---", "\ufeffkind: Deployment", "apiVersion: apps/v1", "metadata: {name: b}", "spec: {replicas: three}")
	}},
	{name: "keys of Kong hide a Deployment", write: func(d *directory, _ int) {
		d.text("a.yaml", "_format_version: \"3.0\"", "services: []", "apiVersion: apps/v1", "kind: Deployment", "metadata: {name: b}", "spec: {replicas: three}")
	}},
	{name: "spans of another type", write: func(d *directory, _ int) {
		d.text("a.json", `{"resourceSpans": {"scopeSpans": [{"spans": []}]}}`)
		d.text("weir.yaml", "services: [{name: a}]")
	}},
	{name: ".env that doubles", write: func(d *directory, n int) {
		d.text("compose.yaml", composeFile+fmt.Sprintf("      A: http://${A%d}/", n-1))
		d.file(".env", func(w *bufio.Writer) {
			fmt.Fprintln(w, "A0=aaaaaaaaaa")
			for i := 1; i < n; i++ {
				fmt.Fprintf(w, "A%d=${A%[2]d}${A%[2]d}${A%[2]d}${A%[2]d}\n", i, i-1)
			}
		})
	}, n: 16},
	{name: "many settings of one large .env value", write: func(d *directory, n int) {
		d.text(".env", "A="+strings.Repeat("a", 60_000))
		d.file("compose.yaml", func(w *bufio.Writer) {
			w.WriteString(composeFile)
			for i := range n {
				fmt.Fprintf(w, "      A%d: ${A}${A}${A}${A}${A}${A}${A}${A}\n", i)
			}
		})
	}, n: 5_000},
	{name: "arguments of a Dockerfile that double", write: func(d *directory, n int) {
		d.text("compose.yaml", "services: {web: {build: .}}")
		d.file("Dockerfile", func(w *bufio.Writer) {
			fmt.Fprintln(w, "FROM x\nARG A0=aaaaaaaaaa")
			for i := 1; i < n; i++ {
				fmt.Fprintf(w, "ARG A%d=${A%[2]d}${A%[2]d}${A%[2]d}${A%[2]d}\n", i, i-1)
			}
			fmt.Fprintf(w, "COPY $A%d /etc/nginx/\n", n-1)
		})
	}, n: 16},
	{name: "many settings with one long variable", write: func(d *directory, n int) {
		d.file("a.yaml", func(w *bufio.Writer) {
			fmt.Fprintf(w, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec:\n  template:\n    spec:\n      containers:\n      - image: x\n        env:\n        - {name: X, value: %s}\n", strings.Repeat("a", 60_000))
			for i := range n {
				fmt.Fprintf(w, "        - {name: A%d_URL, value: 'http://%s/'}\n", i, strings.Repeat("$(X)", 10_000))
			}
		})
	}, n: 30},
	{name: "one long variable of nginx in many others", write: func(d *directory, n int) {
		d.file("web/nginx.conf", func(w *bufio.Writer) {
			w.WriteString("map $x $v {\n")
			for i := range n {
				fmt.Fprintf(w, "k%d x%[1]d$b$b$b$b$b;\n", i)
			}
			fmt.Fprintf(w, "}\nserver { listen 80; set $b %s; location / { proxy_pass http://$v; } }\n", strings.Repeat("a", 100_000))
		})
	}, n: 200},
	{name: "packed tiny documents", write: func(d *directory, n int) {
		d.packed("a.yaml.gz", func(w *bufio.Writer) { repeat(w, "a: 1\n---\n", n) })
	}, n: 2_500_000},
	{name: "packed tiny documents with mistakes", write: func(d *directory, n int) {
		d.packed("a.yaml.gz", func(w *bufio.Writer) { repeat(w, "[\n---\n", n) })
	}, n: 2_500_000},
	{name: "packed tiny services", write: func(d *directory, n int) {
		d.packed("a.yaml.gz", func(w *bufio.Writer) {
			for i := range n {
				fmt.Fprintf(w, "{apiVersion: v1, kind: Service, metadata: {name: a%d}}\n---\n", i)
			}
		})
	}, n: 2_000_000},
	{name: "packed zeros", write: func(d *directory, n int) {
		d.packed("a.yaml.gz", func(w *bufio.Writer) { repeat(w, strings.Repeat(" ", 1<<20), n) })
	}, n: 1_900},
	{name: "a name of 300 MB", write: func(d *directory, n int) {
		d.file("a.json", func(w *bufio.Writer) {
			w.WriteString(`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "`)
			repeat(w, strings.Repeat("a", 1<<20), n)
			w.WriteString(`"}}`)
		})
	}, n: 300},
	{name: "many pairs in Prometheus", write: func(d *directory, n int) {
		d.file("a.prom", func(w *bufio.Writer) {
			w.WriteString("# TYPE istio_requests_total counter\n")
			for i := range n {
				fmt.Fprintf(w, "istio_requests_total{source_workload=\"a%d\",source_workload_namespace=\"n\",destination_workload=\"b%[1]d\",destination_workload_namespace=\"n\",response_code=\"200\"} 5\n", i)
				for _, le := range []string{"10", "100", "+Inf"} {
					fmt.Fprintf(w, "istio_request_duration_milliseconds_bucket{source_workload=\"a%d\",source_workload_namespace=\"n\",destination_workload=\"b%[1]d\",destination_workload_namespace=\"n\",le=\"%s\"} 5\n", i, le)
				}
			}
		})
	}, n: 40_000},
	{name: "one ConfigMap of many workloads", write: func(d *directory, n int) {
		d.file("a.yaml", func(w *bufio.Writer) {
			w.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: n}\ndata:\n")
			for i := range n {
				fmt.Fprintf(w, "  A%d_URL: http://a%[1]d\n", i)
			}
			for i := range n {
				fmt.Fprintf(w, "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: w%d, namespace: n}, spec: {template: {spec: {containers: [{image: x, envFrom: [{configMapRef: {name: c}}]}]}}}}\n", i)
			}
		})
	}, n: 600},
	{name: "one list of many services", write: func(d *directory, n int) {
		d.file("compose.yaml", func(w *bufio.Writer) {
			w.WriteString("services:\n  a:\n    image: x\n    depends_on: &all\n")
			for i := range n {
				fmt.Fprintf(w, "    - s%d\n", i)
			}
			for i := range n {
				fmt.Fprintf(w, "  s%d: {image: x, depends_on: *all}\n", i)
			}
		})
	}, n: 2_000},
	{name: "1 GB of small documents", write: func(d *directory, n int) {
		for f := range 10 {
			d.file(fmt.Sprintf("a%d.yaml", f), func(w *bufio.Writer) {
				for i := range n / 10 {
					fmt.Fprintf(w, "apiVersion: v1\nkind: Service\nmetadata: {name: a%d-%d}\nspec: {ports: [{port: 80}]}\n---\n", f, i)
				}
			})
		}
	}, n: 11_000_000},
	{name: "weir.yaml that is a pipe", write: func(d *directory, _ int) {
		check(syscall.Mkfifo(filepath.Join(d.path, "weir.yaml"), 0o666))
		d.text("a.yaml", "services: [{name: a}]")
	}},
	{name: "weir.yaml that is /dev/zero", write: func(d *directory, _ int) {
		check(os.Symlink("/dev/zero", filepath.Join(d.path, "weir.yaml")))
		d.text("a.yaml", "services: [{name: a}]")
	}},
	{name: "links to /", write: func(d *directory, _ int) {
		check(os.Symlink("/", filepath.Join(d.path, "a")))
		check(os.Symlink("/proc/self", filepath.Join(d.path, "b")))
		d.text("a.yaml", "services: [{name: a}]")
	}},

	{name: "unclosed ${A:-", twice: true, write: func(d *directory, n int) {
		d.text("compose.yaml", composeFile+"      A: \""+strings.Repeat("${A:-", n)+"\"")
	}, n: 60_000},
	{name: "settings with one URL", twice: true, write: func(d *directory, n int) {
		d.file("compose.yaml", func(w *bufio.Writer) {
			w.WriteString(composeFile)
			for i := range n {
				fmt.Fprintf(w, "      A%d: http://api.example.com/v1\n", i)
			}
		})
	}, n: 30_000},
	{name: "extends of one file", twice: true, write: func(d *directory, n int) {
		d.file("base.yaml", func(w *bufio.Writer) {
			w.WriteString("services:\n")
			for i := range n {
				fmt.Fprintf(w, "  s%d: {image: x}\n", i)
			}
		})
		d.file("compose.yaml", func(w *bufio.Writer) {
			w.WriteString("services:\n")
			for i := range n {
				fmt.Fprintf(w, "  t%d: {extends: {file: base.yaml, service: s%[1]d}}\n", i)
			}
		})
	}, n: 2_000},
	{name: "overlays of many applications", twice: true, write: func(d *directory, n int) {
		d.file("base/kustomization.yaml", func(w *bufio.Writer) { w.WriteString("resources: [a.yaml]\n") })
		d.text("base/a.yaml", "apiVersion: v1", "kind: Service", "metadata: {name: a}")
		for i := range n {
			for _, stage := range []string{"dev", "prod"} {
				d.file(fmt.Sprintf("app%d/%s/kustomization.yaml", i, stage), func(w *bufio.Writer) { w.WriteString("resources: [../../base]\n") })
			}
		}
	}, n: 500},
	{name: "a chain of retries", twice: true, write: func(d *directory, n int) {
		d.file("weir.yaml", func(w *bufio.Writer) {
			w.WriteString("services:\n")
			for i := range n {
				fmt.Fprintf(w, "- {name: s%d, calls: [{to: s%d, timeout: 1s, retry: {retries: 2, on: [response-5xx]}}]}\n", i, i+1)
			}
			fmt.Fprintf(w, "- {name: s%d}\n", n)
		})
	}, n: 8_000},
	{name: "paths of one Ingress", twice: true, write: func(d *directory, n int) {
		d.file("a.yaml", func(w *bufio.Writer) {
			for i := range n {
				fmt.Fprintf(w, "{apiVersion: v1, kind: Service, metadata: {name: a%d, namespace: n}, spec: {ports: [{port: 80}]}}\n---\n", i)
			}
			w.WriteString("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: n}\nspec:\n  ingressClassName: nginx\n  rules:\n  - host: h.example.com\n    http:\n      paths:\n")
			for i := range n {
				fmt.Fprintf(w, "      - {path: /%d, pathType: Prefix, backend: {service: {name: a%[1]d, port: {number: 80}}}}\n", i)
			}
		})
	}, n: 3_000},
	{name: "objects of Kong that no Service names", twice: true, write: func(d *directory, n int) {
		d.file("a.yaml", func(w *bufio.Writer) {
			w.WriteString("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: n}\nspec:\n  ingressClassName: kong\n  rules:\n  - host: h.example.com\n    http:\n      paths:\n")
			for i := range n {
				fmt.Fprintf(w, "      - {path: /%d, pathType: Prefix, backend: {service: {name: a%[1]d, port: {number: 80}}}}\n", i)
			}
			for i := range n {
				fmt.Fprintf(w, "---\n{apiVersion: v1, kind: Service, metadata: {name: a%d, namespace: n, annotations: {konghq.com/override: x%[1]dy}}, spec: {ports: [{port: 80}]}}\n", i)
				fmt.Fprintf(w, "---\n{apiVersion: configuration.konghq.com/v1, kind: KongIngress, metadata: {name: k%dabc, namespace: n}, proxy: {read_timeout: 5000}}\n", i)
			}
		})
	}, n: 8_000},
	{name: "wildcards of Istio", twice: true, write: func(d *directory, n int) {
		d.file("a.yaml", func(w *bufio.Writer) {
			for i := range n {
				fmt.Fprintf(w, "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e%d, namespace: n}\nspec: {hosts: [\"a%[1]d.b.example.com\"], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}\n---\n", i)
				fmt.Fprintf(w, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v%d, namespace: n}\nspec: {hosts: [\"*.b.example.com\"], http: [{timeout: 5s, route: [{destination: {host: a%[1]d.b.example.com}}]}]}\n---\n", i)
			}
		})
	}, n: 800},
	{name: "one name in many namespaces", twice: true, write: func(d *directory, n int) {
		d.objects(n, func(w *bufio.Writer, i int) {
			fmt.Fprintf(w, "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: n%d}}\n---\n", i)
			workload(w, fmt.Sprintf("w, namespace: n%d", i), "w", fmt.Sprintf("http://a.none%d.svc.cluster.local", i))
		})
	}, n: 1_500},
	{name: "Services that select all workloads", twice: true, write: func(d *directory, n int) {
		d.objects(n, func(w *bufio.Writer, i int) {
			fmt.Fprintf(w, "{apiVersion: v1, kind: Service, metadata: {name: s%d, namespace: n}, spec: {selector: {app: all}}}\n---\n", i)
			workload(w, fmt.Sprintf("w%d, namespace: n", i), "all", "http://s0")
		})
	}, n: 1_000},
	{name: "projects on one network", twice: true, write: func(d *directory, n int) {
		for i := range n {
			d.text(fmt.Sprintf("d%d/compose.yaml", i), fmt.Sprintf("services: {web%d: {image: x, networks: [all], environment: {U: 'http://web%d'}}}", i, (i+1)%n), "networks: {all: {external: true}}")
		}
	}, n: 500},
	{name: "Gateways of Istio", twice: true, write: func(d *directory, n int) {
		d.objects(n, func(w *bufio.Writer, i int) {
			fmt.Fprintf(w, "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g%d, namespace: n}, spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}}\n---\n", i)
			fmt.Fprintf(w, "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v%d, namespace: n}, spec: {hosts: [h.example.com], gateways: [g%[1]d], http: [{timeout: 3s, route: [{destination: {host: a%[1]d}}]}]}}\n---\n", i)
		})
	}, n: 1_000},
	{name: "rules of one VirtualService", twice: true, write: func(d *directory, n int) {
		d.file("a.yaml", func(w *bufio.Writer) {
			fmt.Fprint(w, "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: n}\n---\n")
			workload(w, "w, namespace: n", "w", "http://a")
			fmt.Fprint(w, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: n}\nspec:\n  hosts: [a]\n  http:\n")
			for i := range n {
				fmt.Fprintf(w, "  - {match: [{uri: {prefix: /%d}}], timeout: 5s, route: [{destination: {host: b%[1]d}}]}\n", i)
			}
		})
	}, n: 2_000},
	{name: "weights of one VirtualService", twice: true, write: func(d *directory, n int) {
		d.file("a.yaml", func(w *bufio.Writer) {
			fmt.Fprint(w, "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: n}\n---\n")
			workload(w, "w, namespace: n", "w", "http://a")
			fmt.Fprint(w, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: n}\nspec:\n  hosts: [a]\n  http:\n  - route:\n")
			for i := range n {
				fmt.Fprintf(w, "    - {weight: 1, destination: {host: b%d}}\n", i)
			}
		})
	}, n: 1_500},
	{name: "HTTPRoutes of one Gateway", twice: true, write: func(d *directory, n int) {
		d.objects(n, func(w *bufio.Writer, i int) { route(w, i, n) })
	}, n: 3_000},
	{name: "policies that select all HTTPRoutes", twice: true, write: func(d *directory, n int) {
		d.objects(n, func(w *bufio.Writer, i int) {
			route(w, i, 1)
			fmt.Fprintf(w, "{apiVersion: gateway.envoyproxy.io/v1alpha1, kind: BackendTrafficPolicy, metadata: {name: p%d, namespace: n}, spec: {targetSelectors: [{kind: HTTPRoute, group: gateway.networking.k8s.io, matchLabels: {x: y}}], timeout: {http: {requestTimeout: 5s}}}}\n---\n", i)
		})
	}, n: 1_000},
	{name: "listeners and routes", twice: true, write: func(d *directory, n int) {
		d.file("a.yaml", func(w *bufio.Writer) {
			w.WriteString("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g0, namespace: n}\nspec:\n  gatewayClassName: eg\n  listeners:\n")
			for i := range n {
				fmt.Fprintf(w, "  - {name: l%d, port: %d, protocol: HTTP, hostname: h%[1]d.example.com}\n", i, 1_000+i)
			}
			w.WriteString("---\n")
			for i := range n {
				route(w, i+1, n+1)
			}
		})
	}, n: 1_000},
	{name: "diamonds of retries", twice: true, write: func(d *directory, n int) {
		d.file("weir.yaml", func(w *bufio.Writer) {
			w.WriteString("services:\n")
			for i := range n {
				fmt.Fprintf(w, "- {name: s%d, calls: [{to: a%[1]d, retry: {retries: 2}}, {to: b%[1]d, retry: {retries: 2}}]}\n", i)
				fmt.Fprintf(w, "- {name: a%d, calls: [{to: s%d, timeout: 3s, retry: {retries: 2}}]}\n- {name: b%[1]d, calls: [{to: s%[2]d, timeout: 2s}]}\n", i, i+1)
			}
			fmt.Fprintf(w, "- {name: s%d}\n", n)
		})
	}, n: 1_000},
	{name: "architecture rules", twice: true, write: func(d *directory, n int) {
		chain(d, "weir.yaml", "s", n, func(w *bufio.Writer) {
			w.WriteString("forbid:\n")
			for i := range n {
				fmt.Fprintf(w, "- {name: r%d, from: s%[1]d, to: s%d, reach: true}\n", i, n)
			}
		})
	}, n: 1_000},
	{name: "entries of ignore", twice: true, write: func(d *directory, n int) {
		chain(d, "weir.yaml", "s", n, func(w *bufio.Writer) {
			w.WriteString("ignore:\n")
			for i := range n {
				fmt.Fprintf(w, "- {rule: '*', services: ['*x%d*'], reason: r}\n", i)
			}
		})
	}, n: 1_000},
	{name: "paths of ignore", twice: true, write: func(d *directory, n int) {
		for i := range n {
			d.text(fmt.Sprintf("d%d/weir.yaml", i), fmt.Sprintf("services: [{name: s%d, calls: [{to: s%d}]}]", i, i+1))
		}
		d.file("weir.yaml", func(w *bufio.Writer) {
			w.WriteString("ignore:\n")
			for i := range n {
				fmt.Fprintf(w, "- {rule: '*', paths: ['x%d/**'], reason: r}\n", i)
			}
		})
	}, n: 500},
	{name: "a large baseline", twice: true, args: []string{"check", "--baseline", "b.json", "."}, write: func(d *directory, n int) {
		chain(d, "weir.yaml", "s", n, nil)
		d.file("b.json", func(w *bufio.Writer) {
			w.WriteString(`{"schema": "weir-baseline/v1", "findings": [`)
			for i := range n {
				fmt.Fprintf(w, `{"fingerprint": "%016x", "rule": "timeout-missing", "subject": "s%d"},`, i, i)
			}
			w.WriteString(`{"fingerprint": "f", "rule": "timeout-missing", "subject": "s"}]}`)
		})
	}, n: 2_000},
	{name: "addresses in source code", twice: true, write: func(d *directory, n int) {
		d.text("compose.yaml", "services: {web: {build: web}}")
		d.text("web/package.json", `{"name": "web"}`)
		d.file("web/server.js", func(w *bufio.Writer) {
			for i := range n {
				fmt.Fprintf(w, "fetch('http://h%d:80/x');\n", i)
			}
		})
	}, n: 15_000},
	{name: "programs with libraries in a row", twice: true, write: func(d *directory, n int) {
		d.file("compose.yaml", func(w *bufio.Writer) {
			w.WriteString("services:\n")
			for i := range n {
				fmt.Fprintf(w, "  p%d: {build: ./p%[1]d}\n", i)
			}
		})
		for i := range n {
			d.text(fmt.Sprintf("p%d/p%[1]d.csproj", i), `<Project><ItemGroup><ProjectReference Include="../l0/l0.csproj" /></ItemGroup></Project>`)
			d.text(fmt.Sprintf("p%d/a.cs", i), fmt.Sprintf(`class A { void B(HttpClient c) { c.GetAsync("http://p%d:80/b"); } }`, (i+1)%n))
			d.text(fmt.Sprintf("l%d/l%[1]d.csproj", i), fmt.Sprintf(`<Project><ItemGroup><ProjectReference Include="../l%d/l%[1]d.csproj" /></ItemGroup></Project>`, i+1))
		}
	}, n: 300},
	{name: "programs in source code", twice: true, write: func(d *directory, n int) {
		d.file("compose.yaml", func(w *bufio.Writer) {
			w.WriteString("services:\n")
			for i := range n {
				fmt.Fprintf(w, "  s%d: {build: s%[1]d}\n", i)
			}
		})
		for i := range n {
			d.text(fmt.Sprintf("s%d/package.json", i), fmt.Sprintf(`{"name": "s%d"}`, i))
			d.text(fmt.Sprintf("s%d/server.js", i), fmt.Sprintf("fetch('http://s%d:80')", (i+1)%n))
		}
	}, n: 500},
	{name: "a diff of everything", twice: true, args: []string{"diff", "a", "b"}, write: func(d *directory, n int) {
		chain(d, "a/weir.yaml", "s", n, nil)
		chain(d, "b/weir.yaml", "t", n, nil)
	}, n: 2_000},
	{name: "all findings are new", twice: true, args: []string{"check", "--new-from", "a", "b"}, write: func(d *directory, n int) {
		chain(d, "a/weir.yaml", "s", n, nil)
		chain(d, "b/weir.yaml", "t", n, nil)
	}, n: 2_000},
}

// objects is a file of n parts.
func (d *directory) objects(n int, write func(w *bufio.Writer, i int)) {
	d.file("a.yaml", func(w *bufio.Writer) {
		for i := range n {
			write(w, i)
		}
	})
}

// workload is a Deployment that calls a URL.
func workload(w *bufio.Writer, name, app, url string) {
	fmt.Fprintf(w, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: %s}, spec: {template: {metadata: {labels: {app: %s}}, spec: {containers: [{name: c, image: x, env: [{name: A_URL, value: '%s'}]}]}}}}\n---\n", name, app, url)
}

// route is an HTTPRoute of a Gateway, one of so many, and, for the first of them, the Gateway.
func route(w *bufio.Writer, i, routes int) {
	if i%routes == 0 {
		fmt.Fprintf(w, "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g%d, namespace: n}, spec: {gatewayClassName: eg, listeners: [{name: http, port: 80, protocol: HTTP}]}}\n---\n", i/routes)
	}
	fmt.Fprintf(w, "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r%d, namespace: n, labels: {x: y}}, spec: {parentRefs: [{name: g%d}], rules: [{matches: [{path: {type: PathPrefix, value: /%[1]d}}], timeouts: {request: 5s}, backendRefs: [{name: a%[1]d, port: 80}]}]}}\n---\n", i, i/routes)
}

// chain is a native manifest of services that each call the next one, and what more writes.
func chain(d *directory, file, name string, n int, more func(w *bufio.Writer)) {
	d.file(file, func(w *bufio.Writer) {
		w.WriteString("services:\n")
		for i := range n {
			fmt.Fprintf(w, "- {name: %s%d, calls: [{to: %[1]s%[3]d, timeout: 1s}]}\n", name, i, i+1)
		}
		fmt.Fprintf(w, "- {name: %s%d}\n", name, n)
		if more != nil {
			more(w)
		}
	})
}
