package document

import (
	"bytes"
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
)

// An envAction is the value of an environment variable in the files of Traefik, which fills it in as
// it reads them.
var envAction = lazy.NewRegexp(`\{\{-? *env +"\w+" *-?\}\}`)

// plainActions returns a text without the quotes in its placeholders, in which all else has its place,
// if these are only values of environment variables. It reports false for any other text.
func plainActions(text []byte) ([]byte, bool) {
	actions := bytes.Count(text, []byte("{{"))
	if actions == 0 {
		return nil, false
	}
	plain := envAction.ReplaceAllStringFunc(string(text), func(action string) string {
		actions--
		return strings.ReplaceAll(action, `"`, " ")
	})
	return []byte(plain), actions == 0
}
