package kubernetes_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/kubernetes"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestKubernetes(t *testing.T) { readertest.Test(t, kubernetes.Reader) }

func FuzzKubernetes(f *testing.F) {
	readertest.Fuzz(f, kubernetes.Reader, "kind: HorizontalPodAutoscaler\nmetadata: {name: a}")
}
