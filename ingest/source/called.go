package source

import "strings"

// called returns the value of a call.
func (f *file) called(c *code, chain string, open int) value {
	args := c.args(open)
	last := lastName(chain)
	if len(args) == 0 {
		return unknown
	}
	switch {
	case isGetter(chain) && c.kind(args[0]) == text:
		key, ok := f.plainIn(c, args[0])
		if !ok || key == "" || strings.ContainsAny(key, " /${}") {
			return unknown
		}
		if len(args) > 1 {
			at := args[1]
			if c.kind(at) == word && (c.byte(at+1) == '=' || c.byte(at+1) == ':') {
				at += 2
			}
			w, _ := f.evalIn(c, at)
			return value{text: settingText(key, w.text, true), setting: key, literal: w.literal}
		}
		return value{text: settingText(key, "", false), setting: key}
	case last == "GetConnectionString":
		if key, ok := f.plainIn(c, args[0]); ok {
			key = "ConnectionStrings__" + key
			return value{text: settingText(key, "", false), setting: key}
		}
	case isFormat(chain):
		v, _ := f.evalIn(c, args[0])
		var rest []value
		for _, at := range args[1:] {
			w, _ := f.evalIn(c, at)
			rest = append(rest, w)
		}
		return format(v, rest)
	case last == "URL" || last == "Uri" || last == "URI" || last == "String" || last == "str" || last == "from" || chain == "URI.create" || last == "parse" && strings.HasPrefix(strings.ToLower(chain), "url") || last == "parseURI" || last == "fromHttpUrl" || last == "Ok" || last == "Some":
		v, _ := f.evalIn(c, args[0])
		return v
	case isWrapper(last):
		v, _ := f.evalIn(c, args[0])
		if v.setting != "" && len(args) > 1 {
			w, _ := f.evalIn(c, args[1])
			v = value{text: settingText(v.setting, w.text, true), setting: v.setting, literal: w.literal}
		}
		return v
	}
	if v, ok := f.returned(chain); ok {
		return v
	}
	return f.foreign(strings.Split(chain, "."))
}

// isWrapper reports whether a function takes a value that may not be there, and perhaps another one for then.
func isWrapper(name string) bool {
	switch name {
	case "ofNullable", "requireNonNullElse", "firstNonNull", "coalesce":
		return true
	}
	return false
}
