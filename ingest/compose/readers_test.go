package compose_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/compose"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestCompose(t *testing.T) { readertest.Test(t, compose.Reader) }

func FuzzCompose(f *testing.F) {
	readertest.Fuzz(f, compose.Reader, "services: {a: {image: x, environment: [A=${B:-${C}}]}}")
}
