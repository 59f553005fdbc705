package source

import "strings"

// percent replaces the marks of a format by what follows the operator %.
func (f *file) percent(c *code, v value, i int) (value, int) {
	var args []value
	end := i
	if open := c.byte(i); open == '(' || open == '[' {
		for _, at := range c.args(i) {
			w, _ := f.evalIn(c, at)
			args = append(args, w)
		}
		end = c.closing(i) + 1
	} else {
		var w value
		w, end = f.operand(c, i)
		args = append(args, w)
	}
	return format(v, args), max(end, i+1)
}

// format replaces the marks of a text, %s and {}, {0} and {name}, by values in their order.
func format(v value, args []value) value {
	var b strings.Builder
	n, s := 0, v.text
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$' && i+1 < len(s) && s[i+1] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				end = len(s) - i - 1
			}
			b.WriteString(s[i : i+end+1])
			i += end
			continue
		case s[i] == '%' && i+1 < len(s) && s[i+1] != '%':
			for i++; i < len(s) && strings.IndexByte("0123456789.-+# ", s[i]) >= 0; i++ {
			}
		case s[i] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 || end > 30 {
				b.WriteByte(s[i])
				continue
			}
			i += end
		default:
			b.WriteByte(s[i])
			continue
		}
		if n < len(args) {
			b.WriteString(args[n].text)
		} else {
			b.WriteString(unknown.text)
		}
		n++
	}
	return value{text: b.String(), literal: v.literal}
}

// isFormat reports whether a function fills in the marks of a text, which it takes first.
func isFormat(chain string) bool {
	switch lastName(chain) {
	case "Sprintf", "format", "Format", "sprintf":
		return true
	}
	return false
}
