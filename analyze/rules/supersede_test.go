package rules

import (
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
)

func TestUnreplaced(t *testing.T) {
	rules := []*Rule{
		{ID: "strong", Supersedes: []string{"middle", "weak"}},
		{ID: "middle", Supersedes: []string{"weak"}},
		{ID: "weak"},
	}
	tests := []struct{ name, found, want string }{
		{"the strongest of one subject stays", "weak:a->b middle:a->b strong:a->b", "strong:a->b"},
		{"one that is replaced replaces others", "middle:a->b weak:a->b", "middle:a->b"},
		{"another subject is another matter", "weak:a->b strong:b->c", "weak:a->b strong:b->c"},
		{"a path stands for its parts", "weak:b>c>d strong:a>b>c>d>e", "strong:a>b>c>d>e"},
		{"but not for a path that leaves it", "weak:c>d>x strong:a>b>c>d", "weak:c>d>x strong:a>b>c>d"},
		{"nor for names that only end alike", "weak:b>c strong:ab>c>d", "weak:b>c strong:ab>c>d"},
		{"nor for a call on it, which is told on its own", "weak:a->b strong:a>b>c", "weak:a->b strong:a>b>c"},
		{"several subjects are replaced one by one", "weak:a=a->b,a->c strong:a->b strong:a->c", "strong:a->b strong:a->c"},
		{"all of them or none", "weak:a=a->b,a->c strong:a->b", "weak:a=a->b,a->c strong:a->b"},
		{"and stand for others on each", "strong:a=a->b,a->c,a->d weak:a->c weak:a=a->b,a->d weak:a->e", "strong:a=a->b,a->c,a->d weak:a->e"},
		{"a rule does not replace itself", "strong:a->b strong:a->b", "strong:a->b strong:a->b"},
	}
	for _, tt := range tests {
		var found []*analyze.Finding
		for _, word := range strings.Fields(tt.found) {
			id, subject, _ := strings.Cut(word, ":")
			f := &analyze.Finding{Rule: id, Subject: subject}
			if _, several, ok := strings.Cut(subject, "="); ok {
				f.Covers = strings.Split(several, ",")
			}
			found = append(found, f)
		}
		var words []string
		for _, f := range dropSuperseded(found, rules) {
			words = append(words, f.Rule+":"+f.Subject)
		}
		if got := strings.Join(words, " "); got != tt.want {
			t.Errorf("%s: unreplaced(%s) = %s, want %s", tt.name, tt.found, got, tt.want)
		}
	}
}
