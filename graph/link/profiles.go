package link

import (
	"slices"
	"strings"
)

// profiles are the active profiles of a program, in ascending precedence.
type profiles struct {
	active []string
	known  bool
}

// rank returns the precedence of settings for a profile expression, -1 if they do not act.
// Those for any profile have 0.
func (p *profiles) rank(expression string) int {
	if expression == "" {
		return 0
	}
	best := -1
	for _, part := range strings.FieldsFunc(expression, func(r rune) bool { return r == ',' || r == '|' }) {
		rank, holds := 0, true
		for _, term := range strings.FieldsFunc(part, func(r rune) bool { return r == '&' || r == ' ' || r == '(' || r == ')' }) {
			name, not := strings.CutPrefix(term, "!")
			at := slices.Index(p.active, name)
			if at < 0 && name == "default" && len(p.active) == 0 {
				at = 0
			}
			holds = holds && (at >= 0) != not
			rank = max(rank, at)
		}
		if holds {
			best = max(best, rank+1)
		}
	}
	return best
}

// relaxed returns the name of a setting without what Spring and .NET do not care for:
// SPRING_DATA_REDIS_HOST, spring.data.redis.host and Spring__Data__Redis__Host are one.
func relaxed(key string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, key)
}
