package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
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
	Doubt    func(text string) (doubt, hint, instead string) // see Duration
	Missing  string                                          // what a missing field means, if 0 is refused and the field may be missing
	Messages bool                                            // {seconds: 2} is read, too
}

// Positive is s for a field that has a default, and that the product refuses if it is 0.
func (s *Syntax) Positive() *Syntax {
	positive := *s
	positive.Zero, positive.Missing = refused, "the default acts then"
	return &positive
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
	if m := inWords.FindStringSubmatch(strings.ToLower(text)); m != nil {
		d, err = time.ParseDuration(m[1] + map[string]string{"mil": "ms", "sec": "s", "min": "m", "hou": "h"}[m[2][:3]])
	}
	if wholeNumber.MatchString(text) && s.Unit != "" {
		d, err = time.ParseDuration(text + s.Unit)
	}
	if err != nil || d <= 0 {
		return ""
	}
	written, _ := s.Write(d)
	return written
}

// inWords is a duration as people write it: "5 seconds", "2 min".
var inWords = lazy.NewRegexp(`^([0-9]+) ?(milliseconds?|millis|seconds?|secs?|minutes?|mins?|hours?)$`)

var wholeNumber = lazy.NewRegexp(`^[0-9]+$`)

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
				if doubt, _, _ := s.Doubt(text); doubt != "" {
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
