package address

import "testing"

func TestWithoutSpeech(t *testing.T) {
	for _, tt := range []struct{ script, want string }{
		{"curl http://a", "curl http://a"},
		{"echo see http://docs", ""},
		{"echo 'see http://docs; or ask' && curl http://a", "&& curl http://a"},
		{"until nc -z a 80; do echo waiting for b:80; sleep 2; done", "until nc -z a 80; do ; sleep 2; done"},
		{"if x; then\n  echo \"http://docs\"\nfi\nrun http://a", "if x; then\n  \nfi\nrun http://a"},
		{`bash -c 'echo Waiting for b:1 && wait a:1'`, `bash -c '&& wait a:1'`},
		{`bash -c 'echo "http://docs"'; run a:1`, `bash -c ''; run a:1`},
		{"echo ruok | nc a 2181", "| nc a 2181"},
		{`echo "proxy_pass http://a;" > /etc/nginx.conf`, `echo "proxy_pass http://a;" > /etc/nginx.conf`},
		{"printf 'http://docs\\n' >&2; run", "; run"},
		{"echo http://docs > /dev/stderr", ""},
		{"# see http://docs\nrun http://a # http://b\nrun c", "\nrun http://a \nrun c"},
		{"run --color=#fff http://a/#/x", "run --color=#fff http://a/#/x"},
		{"nc echo 80; printecho http://a; myecho http://b", "nc echo 80; printecho http://a; myecho http://b"},
		{"echo \"never closed http://docs", ""},
		{"echo", "echo"},
		{`echo \`, ""},
		{"", ""},
	} {
		if got := withoutEcho(tt.script); got != tt.want {
			t.Errorf("withoutSpeech(%q)\n got  %q\n want %q", tt.script, got, tt.want)
		}
	}
}

func FuzzWithoutSpeech(f *testing.F) {
	f.Add("if x; then echo 'see http://docs' >&2; fi # no\nprintf \"a")
	f.Add(`sh -c "echo '\" > x | echo`)
	f.Fuzz(func(t *testing.T, script string) {
		if got := withoutEcho(script); len(got) > len(script) {
			t.Errorf("withoutSpeech(%q) grew to %q", script, got)
		}
	})
}
