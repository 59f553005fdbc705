package address

import (
	"strings"
	"testing"
)

func TestFindInArgs(t *testing.T) {
	for _, tt := range []struct{ script, want string }{
		{"curl http://a", "a"},
		{"echo see http://docs", ""},
		{"echo 'see http://docs; or ask' && curl http://a", "a"},
		{"until nc -z a 80; do echo waiting for b:80; sleep 2; done", "a"},
		{"if x; then\n  echo \"http://docs\"\nfi\nrun http://a", "a"},
		{`bash -c 'echo Waiting for b:1 && wait a:1'`, "a"},
		{`bash -c 'echo "http://docs"'; run a:1`, "a"},
		{"echo ruok | nc a 2181", "a"},
		{`echo "proxy_pass http://a;" > /etc/nginx.conf`, "a"},
		{"cat <<EOF >/etc/nginx.conf\nproxy_pass http://a; # it's a\nEOF\nrun --to http://b", "a b"},
		{"printf 'http://docs\\n' >&2; run", ""},
		{"echo http://docs > /dev/stderr", ""},
		{"# see http://docs\nrun http://a # http://b\nrun c", "a"},
		{"run --color=#fff http://a/#/x", "a"},
		{"printecho http://a; myecho http://b", "a b"},
		{"echo \"never closed http://docs", ""},
		{`run --peers "http://a http://b:80" --log '{"to": "http://c:1"}'`, "a b c"},
		{`run $(curl http://a/x) "$(curl http://b)"`, "a b"},
		{"a 80", "a"},
		{"while true; do ping a; sleep 60; done", "a"},
		{"", ""},
	} {
		for _, args := range [][]string{{tt.script}, {"sh", "-c", tt.script}} {
			var hosts []string
			for _, m := range FindInArgs(args, func(s string) string { return s }) {
				if len(m.Host) == 1 || m.Host == "sleep" { // no number, and no other word
					hosts = append(hosts, m.Host)
				}
			}
			if got := strings.Join(hosts, " "); got != tt.want {
				t.Errorf("FindInArgs(%q)\n got  %q\n want %q", args, got, tt.want)
			}
		}
	}
}
