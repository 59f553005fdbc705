package cmd

import (
	"os"
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
)

// colorWords are the values of --color.
var colorWords = []string{"auto", "always", "never"}

// colorProfile decides which colors go to standard output. In this order:
// --color (or WEIR_COLOR), a NO_COLOR that is not empty, CLICOLOR_FORCE or
// FORCE_COLOR, CLICOLOR=0, TERM=dumb, and at last whether it is a terminal.
func (r *run) colorProfile() colorprofile.Profile {
	on := terminal(r.out) != nil && os.Getenv("TERM") != "dumb" && os.Getenv("CLICOLOR") != "0"
	switch {
	case r.color == "always":
		on = true
	case r.color == "never":
		on = false
	case os.Getenv("NO_COLOR") != "":
		on = false
	case isForced("CLICOLOR_FORCE") || isForced("FORCE_COLOR"):
		on = true
	}
	if !on {
		return colorprofile.NoTTY
	}
	// The library selects the color profile; whether to use colors is decided above.
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "NO_COLOR=") || strings.HasPrefix(v, "CLICOLOR")
	})
	return max(colorprofile.Env(env), colorprofile.ANSI)
}

func isForced(name string) bool {
	v := os.Getenv(name)
	return v != "" && v != "0"
}

// unicodeLocale reports whether box characters can be shown: the locale is UTF-8 or
// is not set.
func unicodeLocale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(os.Getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}
