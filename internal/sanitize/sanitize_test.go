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
		"image web:1.2@sha256:abc is not u:p@reg/web:1.2@sha256:abc": "image web:1.2@sha256:abc is not reg/web:1.2@sha256:abc",
	} {
		if got := Secrets(in); got != want {
			t.Errorf("Secrets(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestImage(t *testing.T) {
	for in, want := range map[string]string{
		"web":                                   "web",
		"reg:5000/team/web:1.2@sha256:abc":      "reg:5000/team/web:1.2@sha256:abc",
		"u:p@reg/team/web:1.2@sha512:abc":       "reg/team/web:1.2@sha512:abc",
		"https://u:p@reg/team/web:1.2":          "https://reg/team/web:1.2",
		"u:p@reg/team/web":                      "reg/team/web",
		"web:1.2@${DIGEST}":                     "web:1.2@${DIGEST}",
		"u:p@${REGISTRY}/web:1.2":               "${REGISTRY}/web:1.2",
		"u:p@reg/web:1.2@{{ .Values.digest }}":  "reg/web:1.2@{{ .Values.digest }}",
		"https://reg/web?password=p&platform=x": "https://reg/web?password=...&platform=x",
	} {
		if got := Image(in); got != want {
			t.Errorf("Image(%q) = %q, want %q", in, got, want)
		}
	}
}
