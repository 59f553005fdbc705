package baseline

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestRoundTrip(t *testing.T) {
	entries := []Entry{
		{"2222", "timeout-missing", "a->b"}, {"1111", "sync-cycle", "a,b"}, {"3333", "timeout-missing", "a->\"<c>\" & \u2028"}, {"2222", "timeout-missing", "a->b"},
	}
	var b bytes.Buffer
	if err := Write(&b, entries); err != nil {
		t.Fatal(err)
	}
	want := `{
"schema": "weir-baseline/v1",
"findings": [
  {"fingerprint":"1111","rule":"sync-cycle","subject":"a,b"},
  {"fingerprint":"3333","rule":"timeout-missing","subject":"a->\"<c>\" & \u2028"},
  {"fingerprint":"2222","rule":"timeout-missing","subject":"a->b"}
]
}
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	back, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Entry{entries[1], entries[2], entries[0]}, back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.Reset()
	if err := Write(&b, nil); err != nil {
		t.Fatal(err)
	}
	if back, err := Read(&b); err != nil || len(back) != 0 {
		t.Errorf("an empty baseline is %v, %v", back, err)
	}
}

func TestReadErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "line 1: unexpected end of JSON input"},
		{"{\n\"schema\": \"weir-baseline/v1\",\n\"findings\": [}", "line 3: invalid character '}' looking for beginning of value"},
		{`{"schema": "weir/v1", "findings": []}`, `schema "weir/v1" is not "weir-baseline/v1": it is no baseline, or one of another version of weir`},
		{`{"schema": "weir-baseline/v1", "findings": [{"rule": "x"}]}`, "entry 1 has no fingerprint"},
		{`{"schema": "weir-baseline/v1", "findings": {}}`, "line 1: cannot unmarshal object"},
		{"[]", "line 1: cannot unmarshal array"},
	} {
		if _, err := Read(strings.NewReader(tt.text)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"schema": "weir-baseline/v1", "findings": [{"fingerprint": "1", "rule": "r", "subject": "s"}]}`)
	f.Add(`{"schema": "weir-baseline/v1"}`)
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, entries); err != nil {
			t.Fatal(err)
		}
		back, err := Read(&b)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, b.String())
		}
		if diff := cmp.Diff(entries, back); diff != "" && len(entries)+len(back) > 0 {
			t.Errorf("(-read +read again):\n%s", diff)
		}
	})
}
