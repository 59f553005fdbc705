package source

import "strings"

// settingText writes a reference to a setting, whose name is as a variable of the environment has it.
func settingText(name, fallback string, has bool) string {
	name = strings.ReplaceAll(name, ":", "__")
	if has {
		return "${" + name + ":-" + fallback + "}"
	}
	return "${" + name + "}"
}

// unknownTail returns the end of a text of a setting whose default is a setting without one.
func unknownTail(text string) string {
	i := strings.LastIndex(text, ":-${")
	if i < 0 || strings.Contains(text[i+2:], ":-") {
		return "\x00"
	}
	return text[i+2:]
}

// fillDefault gives the innermost setting of a value a default.
func fillDefault(v, w value) value {
	i := strings.LastIndex(v.text, ":-${")
	rest := v.text[i+2:]
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		return v
	}
	v.text = v.text[:i+2] + rest[:end] + ":-" + w.text + rest[end:]
	v.literal = v.literal || w.literal
	return v
}

// isSettings reports whether a name is that of what has the settings of a program by name.
func isSettings(chain string) bool {
	switch strings.ToLower(lastName(chain)) {
	case "environ", "env", "_env", "configuration", "config", "_configuration", "_config", "$_env", "$_server", "connectionstrings":
		return !strings.HasSuffix(strings.ToLower(chain), "axios.config")
	}
	return false
}

// settingOfChain returns the setting that names are for: process.env.NAME.
func settingOfChain(names []string) (string, bool) {
	n := len(names)
	if n >= 3 && names[n-2] == "env" && (names[n-3] == "process" || names[n-3] == "meta" || names[n-3] == "Bun") {
		return names[n-1], true
	}
	return "", false
}

// isGetter reports whether a function gives a setting by its name, and a default if it takes one more.
func isGetter(chain string) bool {
	lower := strings.ToLower(chain)
	last := lastName(lower)
	switch last {
	case "getenv", "env", "lookupenv", "mustgetenv", "getenvordefault", "envordefault", "env_or_default", "get_env", "get_env_or", "getenvordie", "getenvironmentvariable",
		"getenvor", "getenvdefault", "getenvwithdefault", "fetchenv", "envor", "env_or", "getenvstring", "optionalenv", "requireenv", "getenvvar", "get_env_var", "envvar", "goenv", "fetch_env", "fetch_env!":
		return true
	case "get", "fetch", "getstring", "getvalue", "var", "getordefault", "getrequiredsection", "getsection", "getordefaultvalue", "getorelse":
	default:
		return strings.HasSuffix(last, "getenv") || strings.HasPrefix(last, "getenv") || strings.HasPrefix(last, "env") && strings.HasSuffix(last, "default")
	}
	owner := ""
	if i := strings.LastIndexByte(lower, '.'); i > 0 {
		owner = lastName(lower[:i])
	}
	switch owner {
	case "environ", "env", "_env", "dotenv", "getenv", "configuration", "_configuration", "config", "_config", "configservice", "viper", "appconfig", "cfg":
		return true
	}
	return false
}
