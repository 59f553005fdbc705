package lazy

import (
	"regexp"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestRegexp compares every method with that of the library.
func TestRegexp(t *testing.T) {
	const text, by = `(\w)=(\d*)`, "<$1>"
	want, s := regexp.MustCompile(text), "a=1, b=, c"
	got := &Regexp{text: text}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { got.MatchString(s) })
	}
	all.Wait()
	each := func(s string) string { return s + "!" }
	for name, pair := range map[string][2]any{
		"String":                     {got.String(), want.String()},
		"Match":                      {got.Match([]byte(s)), want.Match([]byte(s))},
		"MatchString":                {got.MatchString(s), want.MatchString(s)},
		"FindString":                 {got.FindString(s), want.FindString(s)},
		"FindStringIndex":            {got.FindStringIndex(s), want.FindStringIndex(s)},
		"FindIndex":                  {got.FindIndex([]byte(s)), want.FindIndex([]byte(s))},
		"FindSubmatch":               {got.FindSubmatch([]byte(s)), want.FindSubmatch([]byte(s))},
		"FindStringSubmatch":         {got.FindStringSubmatch(s), want.FindStringSubmatch(s)},
		"FindStringSubmatchIndex":    {got.FindStringSubmatchIndex(s), want.FindStringSubmatchIndex(s)},
		"FindAllString":              {got.FindAllString(s, -1), want.FindAllString(s, -1)},
		"FindAllStringIndex":         {got.FindAllStringIndex(s, 1), want.FindAllStringIndex(s, 1)},
		"FindAllSubmatch":            {got.FindAllSubmatch([]byte(s), -1), want.FindAllSubmatch([]byte(s), -1)},
		"FindAllStringSubmatch":      {got.FindAllStringSubmatch(s, -1), want.FindAllStringSubmatch(s, -1)},
		"FindAllSubmatchIndex":       {got.FindAllSubmatchIndex([]byte(s), -1), want.FindAllSubmatchIndex([]byte(s), -1)},
		"FindAllStringSubmatchIndex": {got.FindAllStringSubmatchIndex(s, -1), want.FindAllStringSubmatchIndex(s, -1)},
		"ReplaceAll":                 {got.ReplaceAll([]byte(s), []byte(by)), want.ReplaceAll([]byte(s), []byte(by))},
		"ReplaceAllString":           {got.ReplaceAllString(s, by), want.ReplaceAllString(s, by)},
		"ReplaceAllStringFunc":       {got.ReplaceAllStringFunc(s, each), want.ReplaceAllStringFunc(s, each)},
	} {
		if diff := cmp.Diff(pair[1], pair[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A wrong expression is found when a test begins.
func TestNewRegexpPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a wrong expression is accepted")
		}
	}()
	NewRegexp("(")
}

// A Value and Words are made once, however many ask.
func TestValue(t *testing.T) {
	made := 0
	v := NewValue(func() int { made++; return made })
	w := NewWords("cart  orders\n\tpayments")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if *v.Get() != 1 || !w.Has("orders") || w.Has("order") || w.Has("") {
				t.Error("made more than once, or with other words")
			}
		})
	}
	all.Wait()
	if got := *(*Value[int])(nil).Get(); got != 0 {
		t.Errorf("a nil Value is %d", got)
	}
}
