package fix

import (
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/sanitize"
)

// A diff shows lines that no fix is about. This file finds the secrets in them.

const (
	// secretWords matches the name of a setting that is called a secret.
	secretWords = `["']?[\w.-]*(?:passwd|password|passphrase|pwd|secret|token|api[_-]?key|secret[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?`
	// partValue matches a value that something else may follow: it has blanks only if it is quoted.
	partValue = `("[^"]*"|'[^']*'|[^\s,}\]"'#][^\s,}\]"']*)`
	// noValue matches the rest of a line behind a key whose value is in the next lines.
	noValue = `\s*:\s*([|>][-+0-9]*)?\s*(?:#.*)?$`
)

var (
	secretKind = lazy.NewRegexp(`(?i)["']?\bkind["']?\s*:\s*["']?Secret["']?\s*([,}#]|$)`)
	secretData = lazy.NewRegexp(`^(\s*(?:-\s+)?)["']?(?:data|stringData)["']?\s*:\s*(\{?\s*)(#.*)?$`)

	secretFlow = lazy.NewRegexp(`[{,]\s*["']?(?:data|stringData)["']?\s*:`) // data in one line with other fields

	// secretSetting matches a line that is a setting which is called a secret.
	secretSetting = lazy.NewRegexp(`(?i)^(\s*(?:-\s+)?(?:export\s+|ENV\s+)?` + secretWords + `\s*(?::\s|=)\s*)(["']?)([^\s#].*)$`)

	// secretPart matches a setting that is a part of its line: a field or a variable, an entry of a list with its name before
	// its value, an option of a command. secretEntry matches an entry with its value before its name.
	secretPart  = lazy.NewRegexp(`(?i)(` + secretWords + `\s*(?:=\s*|:\s+|,\s*["']?value["']?\s*:\s*)|["'][\w.-]*(?:passw(?:or)?d|secret|token|key)["']:|--[\w-]*(?:passw(?:or)?d|secret|token|key)(?:["']?\s*,\s*|\s+))` + partValue)
	secretEntry = lazy.NewRegexp(`(?i)(\bvalue["']?\s*:\s*)` + partValue + `\s*,\s*["']?name["']?\s*:\s*` + secretWords + `\s*[,}]`)

	// secretName matches an entry of a list that is called a secret and has its value in another line.
	secretName = lazy.NewRegexp(`(?i)^\s*(?:-\s+)?["']?name["']?\s*:\s*` + secretWords + `,?\s*$`)
	namedValue = lazy.NewRegexp(`^(\s*(?:-\s+)?["']?value["']?\s*:\s*)(["']?)([^\s#].*)$`)

	// secretAbove matches a setting that is called a secret, and namedAbove the value of an entry, if the text is in the
	// next lines.
	secretAbove = lazy.NewRegexp(`(?i)^\s*(?:-\s+)?` + secretWords + noValue)
	namedAbove  = lazy.NewRegexp(`^\s*(?:-\s+)?["']?value["']?` + noValue)

	// structure matches lines with what is no text: keys and entries of lists.
	structure = lazy.NewRegexp(`^\s*(?:-(?:\s|$)|["']?[\w./-]+["']?\s*:(?:\s|$)|[{}\[\]])`)

	privateKey = lazy.NewRegexp(`-----(BEGIN|END) (?:[A-Z]+ )*PRIVATE KEY-----`)

	// reference matches values that only say where a secret is.
	reference = lazy.NewRegexp(`^["']?(\$\{?[A-Za-z_(]|\{\{|!|&|\*|[|>{\[]|(true|false|null|~)\b)`)
)

const masked = "..."

// withoutSecrets returns lines in which secrets are masked: values of Secrets, private keys, users and passwords of
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
	return maskKeys(clean)
}

// maskKeys masks private keys, of which the lines have only letters.
func maskKeys(clean []string) []string {
	within := false
	for i, line := range clean {
		mark := strings.Contains(line, "-----") && privateKey.MatchString(line)
		if within || mark {
			text := trimEnd(line)
			clean[i] = text[:indentOf(text)] + masked + line[len(text):]
		}
		if mark {
			within = strings.LastIndex(line, "-----BEGIN ") > strings.LastIndex(line, "-----END ")
		}
	}
	return clean
}

// maskDocument masks one document of a stream.
func maskDocument(clean, lines []string) {
	isSecret := false
	for _, line := range lines {
		isSecret = isSecret || strings.Contains(line, "ecret") && secretKind.MatchString(trimEnd(line))
	}
	data := -1     // the indentation of the data of a Secret
	above := -1    // that of the key of a secret whose text is in these lines
	block := false // it is written as a block, in which nothing else is
	for i, line := range lines {
		text := trimEnd(line)
		end := line[len(text):]
		indent, blank := indentOf(text), strings.TrimSpace(text) == ""
		if !blank && indent <= data {
			data = -1
		}
		if above >= 0 && !blank && (indent <= above || !block && structure.MatchString(text)) {
			above = -1
		}
		switch {
		case !blank && (data >= 0 || above >= 0):
			text = text[:indent] + masked
		case isSecret && secretFlow.MatchString(text) && !secretData.MatchString(text):
			text = masked
		case isSecret && secretData.MatchString(text):
			data = len(secretData.FindStringSubmatch(text)[1])
		default:
			isNamed := strings.Contains(text, "value") && (namedValue.MatchString(text) || namedAbove.MatchString(text)) && inSecretEntry(lines, i)
			var m []string
			if hasSecretWord(text) {
				m = secretAbove.FindStringSubmatch(text)
			}
			if m == nil && isNamed {
				m = namedAbove.FindStringSubmatch(text)
			}
			if m != nil {
				above, block = keyColumn(text), m[1] != ""
			} else {
				text = maskSetting(text, isNamed)
			}
		}
		clean[i] = text + end
	}
}

// entryLines is how far the name and the value of an entry are looked for from each other.
const entryLines = 20

// inSecretEntry reports whether the entry of a list that a line is in is called a secret.
func inSecretEntry(lines []string, i int) bool {
	column := keyColumn(lines[i])
	of := func(j int) (named, more bool) { // more is whether lines beyond j may be of the entry
		text := trimEnd(lines[j])
		if strings.TrimSpace(text) == "" {
			return false, true
		}
		at := keyColumn(text)
		return at == column && secretName.MatchString(text), at >= column
	}
	first := func(j int) bool {
		return strings.HasPrefix(strings.TrimSpace(lines[j]), "-") && keyColumn(lines[j]) == column
	}
	for j := i; j > max(0, i-entryLines) && !first(j); j-- {
		if named, more := of(j - 1); named || !more {
			return named
		}
	}
	for j := i + 1; j < min(len(lines), i+entryLines) && !first(j); j++ {
		if named, more := of(j); named || !more {
			return named
		}
	}
	return false
}

// keyColumn returns where the text of a line begins, behind the marks of entries of lists.
func keyColumn(text string) int { return len(text) - len(strings.TrimLeft(text, "- \t")) }

// maskSetting masks the secrets of a line; named says that it has the value of an entry that is called a secret.
func maskSetting(text string, named bool) string {
	setting := secretSetting
	if named {
		setting = namedValue
	}
	if named || hasSecretWord(text) {
		if m := setting.FindStringSubmatch(text); m != nil && !reference.MatchString(m[3]) {
			return m[1] + m[2] + masked + m[2]
		}
		text = maskParts(secretPart, maskParts(secretEntry, text))
	}
	return sanitize.Secrets(text)
}

// hasSecretWord reports whether one of secretWords may be in a text, which takes less time than to look for it.
func hasSecretWord(text string) bool {
	for i := range len(text) - 2 {
		switch text[i] | 0x20 {
		case 'p', 's', 't', 'k', 'c':
			for _, word := range [...]string{"pass", "pwd", "secret", "token", "key", "credential"} {
				if len(text)-i >= len(word) && strings.EqualFold(text[i:i+len(word)], word) {
					return true
				}
			}
		}
	}
	return false
}

// maskParts masks the second group of all matches that is no reference.
func maskParts(pattern *lazy.Regexp, text string) string {
	var b strings.Builder
	kept := 0
	for _, m := range pattern.FindAllStringSubmatchIndex(text, -1) {
		if from, to := m[4], m[5]; !reference.MatchString(text[from:to]) {
			b.WriteString(text[kept:from])
			b.WriteString(masked)
			kept = to
		}
	}
	b.WriteString(text[kept:])
	return b.String()
}

func indentOf(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

func trimEnd(line string) string { return strings.TrimRight(line, "\r\n") }
