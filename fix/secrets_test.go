package fix

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestWithoutSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"kind: Secret\ndata:\n  a: eA==\n  b: |\n    more\ntype: Opaque\n":                                "kind: Secret\ndata:\n  ...\n  ...\n    ...\ntype: Opaque\n",
		"stringData:\n  a: x\nkind: \"Secret\"\n---\nkind: ConfigMap\ndata:\n  a: x\n":                    "stringData:\n  ...\nkind: \"Secret\"\n---\nkind: ConfigMap\ndata:\n  a: x\n",
		"items:\n- kind: Secret # one\n  data:\n    a: x\n  metadata: {name: a}\n":                        "items:\n- kind: Secret # one\n  data:\n    ...\n  metadata: {name: a}\n",
		"{kind: Secret, stringData: {a: x}}\n":                                                            "...\n",
		"{\n  \"kind\": \"Secret\",\n  \"stringData\": {\n    \"a\": \"x\"\n  },\n  \"type\": \"\"\n}":    "{\n  \"kind\": \"Secret\",\n  \"stringData\": {\n    ...\n  },\n  \"type\": \"\"\n}",
		"- name: DB_PASSWORD\n  value: x y\n- name: A\n  value: x\n":                                      "- name: DB_PASSWORD\n  value: ...\n- name: A\n  value: x\n",
		"- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db, key: p}}\n":                          "- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db, key: p}}\n",
		"DB_PASSWORD: \"x\"\r\nAPI_KEY=x\nPASSWORD: ${PW}\nsecretName: x\ntoken:\n":                       "DB_PASSWORD: \"...\"\r\nAPI_KEY=...\nPASSWORD: ${PW}\nsecretName: x\ntoken:\n",
		"url: http://u:p@cart:80/x\nimage: web:1@sha256:abc\n":                                            "url: http://cart:80/x\nimage: web:1@sha256:abc\n",
		"- {name: DB_PASSWORD, value: x}\n- {value: 'x y', name: DB_PASSWORD}\n- {name: A, value: x}\n":   "- {name: DB_PASSWORD, value: ...}\n- {value: ..., name: DB_PASSWORD}\n- {name: A, value: x}\n",
		"- value: x y\n  name: DB_PASSWORD\n- value: a\n  name: B\n":                                      "- value: ...\n  name: DB_PASSWORD\n- value: a\n  name: B\n",
		"- name: DB_PASSWORD\n  value: |\n    x\n\n    a: y\n- name: A\n":                                 "- name: DB_PASSWORD\n  value: |\n    ...\n\n    ...\n- name: A\n",
		"- value: >-\n    x\n  name: DB_PASSWORD\n":                                                       "- value: >-\n    ...\n  name: DB_PASSWORD\n",
		"password:\n  x y\n  z\ncredentials:\n  name: a\n  b: c\n":                                        "password:\n  ...\n  ...\ncredentials:\n  name: a\n  b: c\n",
		"a: {password: x, user: u}\nb: {\"token\":\"x\"}\nc: {password: ${PW}}\n":                         "a: {password: ..., user: u}\nb: {\"token\":...}\nc: {password: ${PW}}\n",
		"command: [sh, -c, \"PGPASSWORD=x run --user u --password x\"]\n":                                 "command: [sh, -c, \"PGPASSWORD=... run --user u --password ...\"]\n",
		"args: [\"--api-token\", \"x\", --password=x, --tokens, a]\n":                                     "args: [\"--api-token\", ..., --password=..., --tokens, a]\n",
		"a: b\nkey: |\n  -----BEGIN RSA PRIVATE KEY-----\n  abc\n  -----END RSA PRIVATE KEY-----\nc: d\n": "a: b\nkey: |\n  ...\n  ...\n  ...\nc: d\n",
		"secretKeyRef: {name: s, key: password}\nvolumes: [{secret: {secretName: a}}]\n":                  "secretKeyRef: {name: s, key: password}\nvolumes: [{secret: {secretName: a}}]\n",
		"certificateRefs:\n- kind: Secret\n  name: cert\n":                                                "certificateRefs:\n- kind: Secret\n  name: cert\n",
	} {
		if got := strings.Join(withoutSecrets(strings.SplitAfter(in, "\n")), ""); got != want {
			t.Errorf("%q\ngot  %q\nwant %q", in, got, want)
		}
	}
}

// A diff has no secret, and git makes of the old text what it says unless a line is masked.
func TestDiffsHaveNoSecrets(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := rand.New(rand.NewPCG(3, 4))
	applied, refused := 0, 0
	for range 60 {
		dir := t.TempDir()
		lines := make([]string, 5+r.IntN(30))
		for i := range lines {
			lines[i] = fmt.Sprintf("line %d\n", r.IntN(6))
			if r.IntN(5) == 0 {
				lines[i] = []string{"password: s3cret\n", "url: http://u:s3cret@x\n"}[r.IntN(2)]
			}
		}
		before := strings.Join(lines, "")
		for range 1 + r.IntN(3) {
			if i := r.IntN(len(lines)); !strings.Contains(lines[i], "s3cret") || r.IntN(4) == 0 {
				lines[i] += "more\n"
			}
		}
		after := strings.Join(lines, "")
		if after == before {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "f.yaml"), []byte(before), 0o666); err != nil {
			t.Fatal(err)
		}
		diff, masked := (&Patch{Files: []File{{Name: "f.yaml", Before: []byte(before), After: []byte(after)}}}).Unified()
		if strings.Contains(diff, "s3cret") {
			t.Fatalf("the diff has a secret:\n%s", diff)
		}
		if masked.Secrets != strings.Count(diff, "password: ...\n")+strings.Count(diff, "url: http://x\n") {
			t.Fatalf("%d lines are masked in\n%s", masked.Secrets, diff)
		}
		cmd := exec.Command("git", "apply", "-")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff)
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
		out, err := cmd.CombinedOutput()
		got, errRead := os.ReadFile(filepath.Join(dir, "f.yaml"))
		switch {
		case errRead != nil:
			t.Fatal(errRead)
		case masked.Secrets > 0:
			refused++
			if err == nil || string(got) != before {
				t.Fatalf("git takes a diff with masked lines:\n%s", diff)
			}
		case err != nil || string(got) != after:
			t.Fatalf("git makes %q of %q (%v, %s)\n%s", got, before, err, out, diff)
		default:
			applied++
		}
	}
	if applied < 10 || refused < 3 {
		t.Errorf("%d diffs were applied and %d were not", applied, refused)
	}
}
