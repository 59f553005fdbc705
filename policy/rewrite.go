package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Write returns a text that s reads as d, or as a little more where it has no text for d: what
// takes whole seconds gets the next one. It is false if there is no such text.
func (s *Syntax) Write(d time.Duration) (string, bool) {
	for _, unit := range []time.Duration{1, time.Millisecond, time.Second} {
		up := (d + unit - 1).Truncate(unit)
		for _, text := range durationTexts(up) {
			got, why := s.Read(text)
			if why != "" || got != up || up <= 0 || slices.Contains(s.Off, text) {
				continue
			}
			if s.Doubt != nil {
				if doubt, _ := s.Doubt(text); doubt != "" {
					continue
				}
			}
			return text, true
		}
	}
	return "", false
}

// durationTexts are the ways in which products write durations, those with a unit first.
func durationTexts(d time.Duration) []string {
	var texts []string
	whole := func(unit time.Duration, suffix string) {
		if d%unit == 0 {
			texts = append(texts, strconv.FormatInt(int64(d/unit), 10)+suffix)
		}
	}
	whole(time.Second, "s")
	whole(time.Millisecond, "ms")
	decimal := strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
	texts = append(texts, decimal+"s", d.String(), "PT"+decimal+"S")
	whole(time.Second, "")
	whole(time.Millisecond, "")
	clock := fmt.Sprintf("%02d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
	if rest := d % time.Second; rest != 0 {
		clock += strings.TrimRight(fmt.Sprintf(".%07d", rest/100), "0")
	}
	return append(texts, clock, decimal)
}

// Write returns words of v for classes of failures, for as many of them as it has words that
// mean nothing else, and false if it has none.
func (v *RetryWords) Write(on []string) ([]string, bool) {
	var words []string
	left := slices.Clone(on)
	take := func(word string, classes []string) {
		words = append(words, word)
		left = slices.DeleteFunc(left, func(class string) bool { return slices.Contains(classes, class) })
	}
	known := slices.Sorted(maps.Keys(v.Words))
	slices.SortStableFunc(known, func(a, b string) int { return len(v.Words[b]) - len(v.Words[a]) })
	for _, word := range known {
		classes := v.Words[word]
		within := !slices.ContainsFunc(classes, func(class string) bool { return !slices.Contains(on, class) })
		if within && slices.ContainsFunc(classes, func(class string) bool { return slices.Contains(left, class) }) {
			take(word, classes)
		}
	}
	for _, class := range slices.Clone(left) {
		code, isStatus := strings.CutPrefix(class, "response-")
		name, isGRPC := strings.CutPrefix(class, "grpc:")
		switch {
		case class == On5xx && v.Statuses:
			take("500-599", []string{class})
		case isStatus && v.Statuses && statuses(code) != nil:
			take(code, []string{class})
		case isGRPC && v.GRPC:
			take(name, []string{class})
		}
	}
	slices.Sort(words)
	return words, len(words) > 0
}

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
