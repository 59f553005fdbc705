package fix

import (
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/sanitize"
)

// A diff shows lines that no fix is about. This file finds the secrets in them.

var (
	secretKind = lazy.NewRegexp(`(?i)["']?\bkind["']?\s*:\s*["']?Secret["']?\s*([,}#]|$)`)
	secretData = lazy.NewRegexp(`^(\s*(?:-\s+)?)["']?(?:data|stringData)["']?\s*:\s*(\{?\s*)(#.*)?$`)

	secretFlow = lazy.NewRegexp(`[{,]\s*["']?(?:data|stringData)["']?\s*:`) // data in one line with other fields

	// secretSetting matches a setting that is called a secret, up to its value.
	secretSetting = lazy.NewRegexp(`(?i)^(\s*(?:-\s+)?(?:export\s+|ENV\s+)?["']?[\w.-]*(?:passwd|password|passphrase|pwd|secret|token|api[_-]?key|secret[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s*(?::\s|=)\s*)(["']?)([^\s#].*)$`)

	// secretName matches an entry of a list that is called a secret and has its value in another line.
	secretName = lazy.NewRegexp(`(?i)^\s*(?:-\s+)?["']?name["']?\s*:\s*["']?[\w.-]*(?:passwd|password|passphrase|pwd|secret|token|api[_-]?key|secret[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?,?\s*$`)
	namedValue = lazy.NewRegexp(`^(\s*(?:-\s+)?["']?value["']?\s*:\s*)(["']?)([^\s#].*)$`)

	// reference matches values that only say where a secret is.
	reference = lazy.NewRegexp(`^(\$\{?[A-Za-z_(]|\{\{|!|&|\*|[|>{\[]|(true|false|null|~)\b)`)
)

const masked = "..."

// withoutSecrets returns lines in which secrets are masked: values of Secrets, users and passwords of
// addresses, and values of settings that are called secrets. Lines without any are the same.
func withoutSecrets(lines []string) []string {
	clean := make([]string, len(lines))
	for begin := 0; begin < len(lines); {
		end := begin + 1
		for end < len(lines) && !strings.HasPrefix(lines[end], "---") {
			end++
		}
		maskDocument(clean[begin:end], lines[begin:end])
		begin = end
	}
	return clean
}

// maskDocument masks one document of a stream.
func maskDocument(clean, lines []string) {
	isSecret := false
	for _, line := range lines {
		isSecret = isSecret || secretKind.MatchString(trimEnd(line))
	}
	within := -1 // the indentation of the data of a Secret
	named := false
	for i, line := range lines {
		text := trimEnd(line)
		end := line[len(text):]
		indent := len(text) - len(strings.TrimLeft(text, " \t"))
		if within >= 0 && strings.TrimSpace(text) != "" && indent <= within {
			within = -1
		}
		switch {
		case isSecret && within >= 0 && strings.TrimSpace(text) != "":
			text = text[:indent] + masked
		case isSecret && secretFlow.MatchString(text) && !secretData.MatchString(text):
			text = masked
		case isSecret && secretData.MatchString(text):
			m := secretData.FindStringSubmatch(text)
			within = len(m[1])
		default:
			text = maskSetting(text, named)
		}
		named = secretName.MatchString(trimEnd(line))
		clean[i] = text + end
	}
}

// maskSetting masks the secrets of a line; named says that the line before calls its value a secret.
func maskSetting(text string, named bool) string {
	setting := secretSetting
	if named {
		setting = namedValue
	}
	if m := setting.FindStringSubmatch(text); m != nil && !reference.MatchString(m[3]) {
		return m[1] + m[2] + masked + m[2]
	}
	return sanitize.Secrets(text)
}

func trimEnd(line string) string { return strings.TrimRight(line, "\r\n") }
