package catalog_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/catalog"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestBackstage(t *testing.T) { readertest.Test(t, catalog.Backstage) }

func FuzzBackstage(f *testing.F) {
	readertest.Fuzz(f, catalog.Backstage,
		"apiVersion: backstage.io/v1alpha1",
		"apiVersion: backstage.io/v1beta1\nkind: Component\nmetadata: {name: a}\nspec: {dependsOn: ['component:', ':/a', 'a:b:c', {kind: x}, null]}",
		"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: [a]}\nspec: []",
	)
}
