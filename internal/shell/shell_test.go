package shell

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestCommands(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string // the commands, with "|" between words and " ; " between commands
	}{
		{"none", nil, ""},
		{"words", []string{"nginx", "-g", "daemon off;"}, "nginx|-g|daemon off;"},
		{"options only", []string{"--url=http://a", "--x=1"}, "--url=http://a|--x=1"},
		{"a line", []string{"serve --port 80  'a b'"}, "serve|--port|80|a b"},
		{"a script", []string{"sh", "-c", "until nc -z a 80; do sleep 2; done"}, "nc|-z|a|80 ; sleep|2 ; done"},
		{"a script in a line", []string{`bash -c 'echo "x; y" && run a:1'`}, `echo|x; y ; run|a:1`},
		{"options of the shell", []string{"/bin/bash", "-euo", "pipefail", "-c", "run"}, "/bin/bash|-euo|pipefail|-c|run"},
		{"joined options", []string{"/bin/bash", "-xec", "run"}, "run"},
		{"entrypoint in one text", []string{"sh -c", "run a"}, "run|a"},
		{"behind others", []string{"dumb-init", "--", "sh", "-c", "A=1 run b"}, "A=1 ; run|b"},
		{"scripts in scripts", []string{"sh", "-c", `su app -c "sh -c 'run a; run b'"`}, "su|app|-c|sh -c 'run a; run b'"},
		{"parameters", []string{"sh", "-c", `exec run "$@"`, "--", "--url=http://a"}, `exec|run|$@ ; --|--url=http://a`},
		{"files", []string{"sh", "-c", "echo a > /etc/x 2>&1; cat < in >> out; echo b > /dev/stderr"}, "echo|a* ; cat* ; echo|b"},
		{"a text of its own", []string{"sh", "-c", "cat <<'END' > /etc/x\nit's http://a\nEND\nrun"}, "cat|it's http://a\n* ; run"},
		{"a text that does not end", []string{"sh", "-c", "cat <<END\nurl a"}, "cat|url a"},
		{"comments", []string{"sh", "-c", "# see b\nrun http://a/#/x # c\nrun d#e"}, "run|http://a/#/x ; run|d#e"},
		{"escapes", []string{"sh", "-c", "run a\\ b \\\n  c"}, "run|a b|c"},
		{"variables", []string{"sh", "-c", `run $A ${B:-c d} $(E) $(cat f) "$(cat g)"`}, "run|$A|${B:-c d}|$(E) ; cat|f ; $(cat g)"},
		{"braces", []string{"sh", "-c", "{ run a; }; run {b,c}"}, "run|a ; run|{b,c}"},
		{"a quote that does not end", []string{"sh", "-c", "echo \"never closed"}, "echo|never|closed"},
		{"an empty word", []string{"sh", "-c", "run '' a"}, "run||a"},
		{"ends with a backslash", []string{`run \`}, "run"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var list []string
			for _, c := range Commands(tt.args) {
				var words []string
				for _, w := range c.Words {
					words = append(words, w.Text)
				}
				text := strings.Join(words, "|")
				if c.Writes {
					text += "*"
				}
				list = append(list, text)
			}
			if got := strings.Join(list, " ; "); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestProgram(t *testing.T) {
	for line, want := range map[string]string{
		"/usr/bin/psql -h a":             "psql",
		"exec env A=1 -i /bin/web":       "web",
		"sh /start.sh a":                 "start.sh",
		"cub kafka-ready -b kafka:9 1 2": "kafka-ready",
		"--url=http://a":                 "",
		"tini --":                        "",
	} {
		if c := Commands([]string{line}); len(c) != 1 || c[0].Program() != want {
			t.Errorf("program of %q: %v, not %q", line, c, want)
		}
	}
}

func TestOptions(t *testing.T) {
	var got []string
	for name, value := range Options(`-Xmx1g -Da.b="c d" --e=f=g -h=i j=k --l`) {
		got = append(got, name+":"+value)
	}
	if want := []string{"a.b:c d", "e:f=g"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFlag(t *testing.T) {
	for line, want := range map[string]string{
		"./daprd --app-id shop --app-port 80": "shop true\n",
		"./daprd -app-id=shop":                "shop true\n",
		"./daprd app-id shop":                 " false\n",
		"./daprd --app-id":                    " false\n",
	} {
		if got := fmt.Sprintln(Flag(Words(line), "app-id")); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func FuzzCommands(f *testing.F) {
	f.Add("if x; then echo 'see http://docs' >&2; fi # no\nprintf \"a")
	f.Add(`sh -c "echo '\" > x | echo`)
	f.Add("cat <<A <<B >x\na\nA\nb\nB\n{ ${a{b}} $(c) $( d ) }")
	f.Fuzz(func(t *testing.T, text string) {
		for _, args := range [][]string{{text}, {"sh", "-c", text}} {
			for _, c := range Commands(args) {
				if len(c.Words) == 0 {
					t.Errorf("%q: a command without words", args)
				}
				for _, w := range c.Words {
					if w.Arg >= len(args) || len(w.Text) > len(text) && w.Text != args[0] {
						t.Errorf("%q: the word %+v", args, w)
					}
				}
			}
		}
		Words(text)
	})
}
