package unread

import (
	"path/filepath"
	"strings"

	"github.com/weirgraph/weir/graph"
)

var testData = &graph.UnreadKind{
	ID: "test-data", One: "is a directory of test data and is not read", Many: "directories of test data are not read",
	Hint: "name a directory on the command line to read it",
}

// Directory returns the kind of a directory whose files no system runs, by its name and that of the
// one that it is in; nil for every other one. What people call test data shows no calls of their system, and is often
// broken on purpose.
func Directory(in, name string) *graph.UnreadKind {
	switch strings.ToLower(name) {
	case "testdata", "test-data", "test_data", "fixture", "fixtures", "test-fixtures", "__fixtures__", "__tests__", "__mocks__", "__snapshots__",
		"unittest", "unittests", "unit_tests", "unit-tests", "sample_data":
		return testData
	case "data":
		if strings.ToLower(filepath.Base(in)) == "tests" {
			return testData
		}
	}
	return nil
}
