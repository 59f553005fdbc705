package policy

import (
	"regexp"
	"time"
)

// A Syntax is one product's way to write durations.
type Syntax struct {
	Title string // of the product

	Read     func(text string) (d time.Duration, why string) // why is empty if text is valid
	Zero     Meaning                                         // of 0
	Negative Meaning                                         // of less than 0
	Off      []string                                        // words for no limit
	Good     string                                          // valid texts, for the hint
	Unit     string                                          // for bare numbers, for the hint
	Doubt    func(text string) (doubt, hint string)          // see Duration
}

// hint says how to write text in this syntax.
func (s *Syntax) hint(text string) string {
	if s.Unit != "" && wholeNumber.MatchString(text) {
		if s.Unit == "s" {
			return `write "` + text + `s" for seconds; ` + s.Title + " takes " + s.Good
		}
		return `write "` + text + s.Unit + `"; ` + s.Title + " takes " + s.Good
	}
	return s.Title + " takes " + s.Good
}

// instead is the duration that text is in another syntax, written in this one; empty if it is none.
func (s *Syntax) instead(text string) string {
	d, err := time.ParseDuration(text)
	if wholeNumber.MatchString(text) && s.Unit != "" {
		d, err = time.ParseDuration(text + s.Unit)
	}
	if err != nil || d <= 0 {
		return ""
	}
	written, _ := s.Write(d)
	return written
}

var wholeNumber = regexp.MustCompile(`^[0-9]+$`)
