package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestPolicy compares the hashes of the Content-Security-Policy with the programs and the style that
// are in the page.
func TestPolicy(t *testing.T) {
	var b bytes.Buffer
	d := &Data{Title: "</script><script>x</script>", Services: []Service{{ID: "<!--", Kind: "service"}}}
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("the page has no policy")
	}
	blocks := regexp.MustCompile(`(?s)<(script|style)(?: id="[^"]*")?>(.*?)</(?:script|style)>`).FindAllStringSubmatch(page, -1)
	if len(blocks) != 3 {
		t.Fatalf("the page has %d programs and styles, want 3", len(blocks))
	}
	for _, block := range blocks {
		sum := sha256.Sum256([]byte(block[2]))
		if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(policy[1], block[1]+"-src") || !strings.Contains(policy[1], hash) {
			t.Errorf("the policy %s does not have the %s of %d bytes, %s", policy[1], block[1], len(block[2]), hash)
		}
	}
	for _, bad := range []string{"<!--", "unsafe", "http://", "https://"} {
		if strings.Contains(policy[1], bad) || bad == "<!--" && strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if strings.Contains(page, "\r") {
		t.Error("the page has a carriage return, which browsers change before they hash a script")
	}
}

// TestPrograms has nothing that would end a program in a page or be a command of a build system.
func TestPrograms(t *testing.T) {
	all, err := parts()
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range all {
		for _, bad := range []string{"</script", "<script", "<!--", "##[", "##vso[", "##teamcity["} {
			if strings.Contains(strings.ToLower(p.Text), bad) {
				t.Errorf("%s contains %s", name, bad)
			}
		}
	}
}
