// Command istio asks Istio's own control plane what it makes of a directory of YAML: which
// timeout, retries, outlier detection and limits act on each call, and which objects it
// refuses. It prints sorted lines of JSON:
//
//	go -C tools/oracle/istio run . DIRECTORY
//	go -C tools/oracle/istio run . -record testdata/oracle/istio/*.txtar
//
// With -record the answer is written to the file answer.jsonl of each archive, whose other
// files are the input. It is a module of its own, so that weir does not depend on Istio;
// building it takes some ten minutes.
package main

import (
	"fmt"
	"os"

	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pkg/log"

	"github.com/weirgraph/weir/tools/oracle/answer"
)

func main() {
	options := log.DefaultOptions()
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.NoneLevel)
	if err := log.Configure(options); err != nil {
		fmt.Fprintln(os.Stderr, "istio:", err)
		os.Exit(1)
	}
	features.EnableAmbient = true
	answer.Main("istio.io/istio", ask)
}
