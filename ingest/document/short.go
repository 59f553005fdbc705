package document

import "strings"

// Short cuts a text that is quoted in a message.
func Short(s string) string {
	const most = 60 // fits a line beside the rest of the message
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
