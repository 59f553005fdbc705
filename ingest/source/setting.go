package source

import (
	"bytes"
	"strings"
)

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

// A section is a part of the settings of a .NET program, with what it is bound to: configuration.GetSection("Cart"),
// .Get<CartOptions>() of that, IOptions<CartOptions> that the file binds to it. A name in it is a setting.

// maxSection bounds the names that lead to a section, through variables too.
const maxSection = 6

// hasSections reports whether a file of C# has sections.
func (f *file) hasSections() bool {
	if f.sections == 0 {
		f.sections = -1
		if f.lang.Name == "csharp" && (bytes.Contains(f.src, []byte("GetSection")) || bytes.Contains(f.src, []byte("IOptions"))) {
			f.sections = 1
		}
	}
	return f.sections > 0
}

// settingOfSection returns the setting of a section that an expression of a file is, and the token after it.
func (f *file) settingOfSection(i int) (value, int, bool) {
	section, at := f.section(i, 0)
	if section == "" {
		return unknown, i, false
	}
	key, end := "", at
	switch {
	case f.byte(at) == '[' && f.kind(at+1) == text && f.byte(at+2) == ']':
		key, _ = f.plain(at + 1)
		end = at + 3
	case f.byte(at) == '.' && f.is(at+1, "GetValue"):
		open := at + 2
		if f.byte(open) == '<' {
			open = f.genericEnd(&f.code, open)
		}
		if open == 0 || f.byte(open) != '(' || f.kind(open+1) != text {
			return unknown, i, false
		}
		key, _ = f.plain(open + 1)
		end = f.closing(open) + 1
	case f.byte(at) == '.' && f.is(at+1, "Value") && f.byte(at+2) != '.': // of a section with nothing in it
		return value{text: settingText(section, "", false), setting: section}, at + 2, true
	case f.byte(at) == '.' && f.kind(at+1) == word && f.byte(at+2) != '(':
		key, end = f.string(at+1), at+2
	}
	if key == "" {
		return unknown, i, false
	}
	name := section + ":" + key
	return value{text: settingText(name, "", false), setting: name}, end, true
}

// section returns the name of the section that the names and calls from a token lead to, and the token after them; "" if
// they lead to none.
func (f *file) section(i, depth int) (string, int) {
	if depth > maxSection || f.kind(i) != word {
		return "", i
	}
	if !f.leads(i + 1) { // a variable, or what it is a member of
		if value := f.local(f.string(i), i); value >= 0 {
			if section, _ := f.section(value, depth+1); section != "" {
				return section, i + 1
			}
		}
		return f.filled(f.string(i)), i + 1
	}
	section, at := "", i
	for n := 0; n < maxOperands && f.kind(at) == word; n++ {
		name, open := f.string(at), at+1
		if f.byte(open) == '<' {
			if open = f.genericEnd(&f.code, open); open == 0 {
				return "", i
			}
		}
		switch {
		case name == "GetSection" || name == "GetRequiredSection":
			text, ok := f.plain(open + 1)
			if f.byte(open) != '(' || !ok || f.byte(open+2) != ')' {
				return "", i
			}
			if section != "" {
				text = section + ":" + text
			}
			section = text
		case (name == "GetRequiredService" || name == "GetService") && !f.is(at+2, "IConfiguration"):
			if section = f.boundSection(f.optionsType(at + 1)); section == "" {
				return "", i
			}
		case section == "" && f.byte(open) != '.' && !f.is(at+2, "IConfiguration"), section != "" && name != "Get" && name != "Value" && name != "CurrentValue":
			return "", i
		}
		if at = open; f.byte(at) == '(' {
			at = f.closing(at) + 1
		}
		for f.byte(at) == '!' || f.byte(at) == '?' && f.byte(at+1) == '.' {
			at++
		}
		if section != "" && !f.continuesSection(at) {
			return section, at
		}
		if f.byte(at) != '.' {
			return "", i
		}
		at++
	}
	return "", i
}

// leads reports whether a name before a token is the first of those that lead to a section: configuration.GetSection.
func (f *file) leads(i int) bool {
	for ; f.byte(i) == '.' && f.kind(i+1) == word; i += 2 {
		switch f.string(i + 1) {
		case "GetSection", "GetRequiredSection", "GetRequiredService", "GetService":
			return true
		}
	}
	return false
}

// continuesSection reports whether what follows a section at a token is a part of it, or what it is bound to.
func (f *file) continuesSection(at int) bool {
	if f.byte(at) != '.' {
		return false
	}
	switch f.string(at + 1) {
	case "GetSection", "Get", "CurrentValue":
		return true
	case "Value": // of IOptions
		return f.byte(at+2) == '.' || f.byte(at+2) == ';'
	}
	return false
}

// optionsType returns the type in <IOptions<T>> that begins at a token, "" if it is another one.
func (f *file) optionsType(i int) string {
	switch f.string(i + 1) {
	case "IOptions", "IOptionsMonitor", "IOptionsSnapshot":
		if f.byte(i) == '<' && f.byte(i+2) == '<' && f.byte(i+4) == '>' {
			return f.string(i + 3)
		}
	}
	return ""
}

// boundSection returns the section that the file binds a type to: Configure<T>(configuration.GetSection("Cart")),
// AddOptions<T>().BindConfiguration("Cart"). It is "" if there is none, or there are several.
func (f *file) boundSection(symbol string) string { return f.sectionNames()["<"+symbol] }

// filled returns the section that the file fills an object with: configuration.GetSection("Cart").Bind(options). It is ""
// if there is none, or there are several.
func (f *file) filled(name string) string { return f.sectionNames()[name] }

// maxBinding is how many tokens the binding of a type is looked for in.
const maxBinding = 100

// sectionNames returns the sections of objects by their names, and of types by theirs behind a "<".
func (f *file) sectionNames() map[string]string {
	if f.sectionsOf != nil {
		return f.sectionsOf
	}
	f.sectionsOf = map[string]string{}
	put := func(name, section string) {
		if had, again := f.sectionsOf[name]; again && had != section {
			section = ""
		}
		f.sectionsOf[name] = section
	}
	for i := range f.tokens {
		switch {
		case f.is(i, "Bind") && f.byte(i-1) == '.' && f.byte(i-2) == ')' && f.byte(i-4) == '(' && f.is(i-5, "GetSection") && f.byte(i+1) == '(' && f.byte(i+3) == ')':
			if section, ok := f.plain(i - 3); ok {
				put(f.string(i+2), section)
			}
		case (f.is(i, "Configure") || f.is(i, "AddOptions")) && f.byte(i+1) == '<' && f.byte(i+3) == '>' && f.byte(i+4) == '(':
			for at := i + 4; at < min(i+maxBinding, len(f.tokens)) && f.byte(at) != ';'; at++ {
				if (f.is(at, "GetSection") || f.is(at, "BindConfiguration")) && f.byte(at+1) == '(' && f.byte(at+3) == ')' {
					if section, ok := f.plain(at + 2); ok {
						put("<"+f.string(i+2), section)
					}
					break
				}
			}
		}
	}
	return f.sectionsOf
}
