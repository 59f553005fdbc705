package library_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/library"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestSpring(t *testing.T)    { readertest.Test(t, library.Spring) }
func TestLibraries(t *testing.T) { readertest.Test(t, library.Files) }

func FuzzSpring(f *testing.F) {
	readertest.Fuzz(f, library.Spring, "spring: {application: {name: a}, x: '${y:${z}}'}")
}
func FuzzLibraries(f *testing.F) { readertest.Fuzz(f, library.Files) }
