package english

import (
	"testing"
	"time"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestCount(t *testing.T) {
	for _, tt := range []struct {
		n     int
		thing string
		want  string
	}{
		{0, "call", "0 calls"},
		{1, "match", "1 match"},
		{2, "match", "2 matches"},
		{2, "gateway", "2 gateways"},
		{2, "directory", "2 directories"},
		{2, "box", "2 boxes"},
		{2, "loss", "2 losses"},
		{3, "entry", "3 entries"},
		{2, "other service", "2 other services"},
	} {
		if got := Count(tt.n, tt.thing); got != tt.want {
			t.Errorf("Count(%d, %q) = %q, want %q", tt.n, tt.thing, got, tt.want)
		}
	}
}

func TestList(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{nil, ""},
		{[]string{"a"}, "a"},
		{[]string{"a", "b"}, "a and b"},
		{[]string{"a", "b", "c"}, "a, b and c"},
	} {
		if got := List(tt.words); got != tt.want {
			t.Errorf("List(%q) = %q, want %q", tt.words, got, tt.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0s"},
		{250 * time.Millisecond, "250ms"},
		{10 * time.Second, "10s"},
		{time.Minute, "1m"},
		{90 * time.Second, "1m30s"},
		{2 * time.Hour, "2h"},
		{2*time.Hour + 10*time.Minute, "2h10m"},
		{time.Hour + time.Second, "1h0m1s"},
	} {
		if got := Duration(tt.d); got != tt.want {
			t.Errorf("Duration(%d) = %q, want %q", tt.d, got, tt.want)
		}
	}
}
