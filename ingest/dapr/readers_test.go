package dapr_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/dapr"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestDapr(t *testing.T) { readertest.Test(t, dapr.Reader) }

func FuzzDapr(f *testing.F) { readertest.Fuzz(f, dapr.Reader) }
