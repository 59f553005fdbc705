package manifest

import "testing"

func TestCompose(t *testing.T) { testReader(t, Compose) }

func FuzzCompose(f *testing.F) {
	fuzzReader(f, Compose, "services: {a: {image: x, environment: [A=${B:-${C}}]}}")
}
