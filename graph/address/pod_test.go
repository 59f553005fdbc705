package address

import "testing"

func TestPodOwner(t *testing.T) {
	for pod, want := range map[string][2]string{
		"cart-5dc8d4f9fd-llznp": {"cart", ""},
		"a-b-7d4b8c9f5-x2x4z":   {"a-b", ""},
		"agent-x7k2p":           {"agent", "DaemonSet"},
		"gateway-https":         {"gateway", "DaemonSet"}, // by its suffix alone
		"kafka-0":               {"kafka", "StatefulSet"},
		"kafka-2000":            {"kafka-2000", ""},
		"frontend-proxy":        {"frontend-proxy", ""},
		"cart":                  {"cart", ""},
		"cart-":                 {"cart-", ""},
		"-0":                    {"-0", ""},
		"":                      {"", ""},
	} {
		owner, kind := PodController(pod)
		if got := [2]string{owner, kind}; got != want {
			t.Errorf("podOwner(%q) = %q, want %q", pod, got, want)
		}
	}
}
