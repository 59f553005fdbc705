package sanitize

import (
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
)

// Systems that run builds read commands from what a program prints: "##[error]" and
// "##vso[...]" of Azure Pipelines and "##teamcity[...]" anywhere, "::error::" of GitHub at the
// beginning of a line. A name that is such a command must not give one.
var command = lazy.NewRegexp(`(?i)##(?:\[|vso\[|teamcity\[)`)

// Commands puts a blank into what would be a command in a line of text.
func Commands(line string) string {
	if strings.Contains(line, "##") {
		line = command.ReplaceAllStringFunc(line, func(s string) string { return "# " + s[1:] })
	}
	if text := strings.TrimSpace(line); strings.HasPrefix(text, "::") {
		line = strings.Replace(line, "::", ": :", 1)
	}
	return line
}

// CommandsOfJSON does the same in a line of JSON, where no string changes by it: outside
// strings there is none.
func CommandsOfJSON(line string) string {
	if strings.Contains(line, "##") {
		line = command.ReplaceAllStringFunc(line, func(s string) string { return `\u0023` + s[1:] })
	}
	return line
}
