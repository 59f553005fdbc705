package sanitize

import (
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"shop/cart":                    "shop/cart",
		"two\nlines\tand a tab":        "two\nlines\tand a tab",
		"\x1b[31mred\x1b[0m":           "red",
		"\x1b]0;title\a and the rest":  " and the rest",
		"nul\x00 bell\a return\r":      "nul bell return",
		"支払い \u0085 next line control": "支払い  next line control",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@api/x": "https://api/x",
		`calls "https://api/x?page=2&access_token=abc" is no`: `calls "https://api/x?page=2&access_token=..." is no`,
		"Server=sql;User Id=sa;Password=pw;Encrypt=true":      "Server=sql;User Id=sa;Password=...;Encrypt=true",
		"AccountName=n;AccountKey=abc==;EndpointSuffix=core":  "AccountName=n;AccountKey=...;EndpointSuffix=core",
		"https://blob/x?sv=1&sig=abc":                         "https://blob/x?sv=1&sig=...",
		"no service has the label partition-key=a":            "no service has the label partition-key=a",
		"shop/cart": "shop/cart",
	} {
		if got := Secrets(in); got != want {
			t.Errorf("Secrets(%q) = %q, want %q", in, got, want)
		}
	}
}
