package policy

import (
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
)

// Rewrite returns the text that means now where old, a scalar or a list in brackets, means was, to
// one of the products that may have read it. It is false if none of them reads it so.
func Rewrite(by []*Product, old string, was, now any) (string, bool) {
	switch now := now.(type) {
	case time.Duration:
		was, off := was.(time.Duration)
		for _, p := range by {
			for _, s := range p.OrNative().Durations {
				if d, err := ParseDuration(s, old); err == nil && (!off || d.Means == Acts && d.Value == was) {
					return s.Write(now)
				}
			}
		}
		for _, unit := range []time.Duration{time.Millisecond, time.Second} { // of a setting whose name has the unit
			if n, err := strconv.ParseInt(old, 10, 64); err == nil && (!off || time.Duration(n)*unit == was) {
				return strconv.FormatInt(int64((now+unit-1)/unit), 10), true
			}
		}
	case int:
		n, err := strconv.Atoi(old)
		if was, ok := was.(int); ok && err == nil && n == was+1 && was >= 0 { // of attempts
			return strconv.Itoa(now + 1), true
		}
		if err != nil && strings.ContainsAny(old, "0123456789") {
			return rewriteNumber(old, was, now)
		}
		return strconv.Itoa(now), true
	case float64:
		if was, ok := was.(float64); ok && !strings.HasSuffix(old, "%") {
			if share, err := strconv.ParseFloat(old, 64); err == nil && share == was && was < 1 {
				return strconv.FormatFloat(now, 'f', -1, 64), true
			}
		}
		text := strconv.FormatFloat(now*100, 'f', -1, 64)
		if strings.HasSuffix(old, "%") {
			text += "%"
		}
		return text, true
	case []string:
		for _, p := range by {
			for _, v := range p.OrNative().RetryWords {
				if words, ok := v.Write(now); ok {
					if strings.HasPrefix(old, "[") {
						return "[" + strings.Join(words, ", ") + "]", true
					}
					return strings.Join(words, ","), true
				}
			}
		}
	case string:
		return now, true
	}
	return "", false
}

// rewriteNumber replaces the one number of a longer text, "Retry=3", that is was.
func rewriteNumber(old string, was any, now int) (string, bool) {
	numbers := number.FindAllStringIndex(old, -1)
	if len(numbers) != 1 {
		return "", false
	}
	start, end := numbers[0][0], numbers[0][1]
	if n, err := strconv.Atoi(old[start:end]); err != nil || n != was {
		return "", false
	}
	return old[:start] + strconv.Itoa(now) + old[end:], true
}

var number = lazy.NewRegexp(`[0-9]+`)
