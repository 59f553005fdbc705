package render

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/weirgraph/weir/render/pen"
)

// legendWidth is how many characters a line of the legend has.
const legendWidth = 44

// htmlLine is a sentence in a label in Graphviz' dialect of HTML, in lines of at most so many
// characters. Graphviz skips the ends of lines.
func htmlLine(s string, width int) string {
	const end = "<BR ALIGN=\"LEFT\"/>\n\t\t"
	return strings.Join(convert(pen.Wrap(pen.Clean(shorter(s)), width), htmlEscapes.Replace), end) + end
}

// htmlSwatch is a sample of a color and its meaning.
func htmlSwatch(s swatch) string {
	sample := "■"
	color := cmp.Or(s.stroke, s.fill)
	if color == plainColor {
		color, sample = "black", "□"
	}
	return fmt.Sprintf(`<FONT COLOR="%s">%s</FONT> %s`, color, sample, htmlLine(s.says, legendWidth))
}

var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// dotQuote writes s as a quoted string of DOT.
func dotQuote(s string) string { return `"` + dotEscape(s) + `"` }

// dotEscape escapes a name for use within quotes. Labels have escapes of their own, so
// every backslash is doubled, and Graphviz reads HTML entities in every string.
func dotEscape(s string) string {
	return dotEscapes.Replace(pen.Clean(shorter(s)))
}

// shorter leaves out the middle of a long name, which would not be read anyway.
func shorter(s string) string {
	if runes := []rune(s); len(runes) > longestString {
		return string(runes[:longestString/2]) + "…" + string(runes[len(runes)-longestString/2:])
	}
	return s
}

// longestString is how many characters of a string are written: Graphviz takes 16 kB, and a
// character may be written with five.
const longestString = 2_000

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;")
