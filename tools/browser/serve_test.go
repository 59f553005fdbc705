package browser

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve starts weir serve in a directory and returns the address of its page. At the end of the test
// an interrupt ends it.
func serve(t *testing.T, dir string, args ...string) string {
	t.Helper()
	if window == nil {
		t.Skip("needs Chromium")
	}
	program, err := weir()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{"serve"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("weir serve ends with %v", err)
		}
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// until waits until an expression is true.
func until(b *tab, expression string, texts ...string) {
	b.t.Helper()
	for range 200 {
		if eval[bool](b, expression, texts...) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("%s %q does not come true", expression, texts)
}

// TestServe lets two services fail together, as weir blast does, and changes a file under the page.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(estates+"/banking")); err != nil {
		t.Fatal(err)
	}
	b := openTab(t, serve(t, dir), false)
	act(b, choose, "ledger")
	act(b, `document.querySelector("[data-mode=hang]").click()`)
	act(b, choose, "account-service")
	act(b, `[...document.querySelectorAll("#details button")].find(e => e.textContent === "Fail together with ledger").click()`)
	until(b, `document.getElementById("status").textContent.startsWith("ledger, account-service, hang: ")`)
	compare(b, "account-service,ledger", "hang", dir)
	act(b, `(document.querySelector("[data-mode=other]").value = %s, document.querySelector("[data-mode=other]").form.requestSubmit())`, "slow=700ms")
	until(b, `document.getElementById("status").textContent.startsWith("ledger, account-service, slow=700ms: ")`)
	compare(b, "account-service,ledger", "slow=700ms", dir)

	file := filepath.Join(dir, "more.yaml")
	if err := os.WriteFile(file, []byte("services:\n- {name: auditor, calls: [ledger]}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	until(b, `document.querySelector("[data-id=auditor]") !== null`)
	until(b, `document.getElementById("status").textContent.includes("slow=700ms: ")`)
	compare(b, "account-service,ledger", "slow=700ms", dir)
	if err := os.WriteFile(file, []byte("services: [\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	until(b, `document.getElementById("problem").textContent.includes("more.yaml")`)
	if !eval[bool](b, `document.querySelector("[data-id=auditor]") !== null`) {
		t.Error("the last good state is not shown beside a problem")
	}
	b.quiet()
}

// TestWhatIf assumes three changes by clicks, takes one back, and compares with runs over the manifest
// that the page offers.
func TestWhatIf(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(estates+"/banking")); err != nil {
		t.Fatal(err)
	}
	b := openTab(t, serve(t, dir), false)
	act(b, choose, "ledger")
	act(b, `document.querySelector("[data-mode=stop]").click()`)
	const try = `[...document.querySelectorAll(".tries button")].find(e => e.textContent === %s).click()`
	const callOf = `[...document.querySelectorAll("#details button")].find(e => e.textContent === %s).click()`
	act(b, `document.querySelector(".tries [name=replicas]").value = 5`)
	act(b, try, "Try")
	until(b, `document.getElementById("tried").textContent.includes("ledger: 5 replicas")`)
	act(b, choose, "transaction-service")
	act(b, callOf, "ledger")
	act(b, `(document.querySelector(".tries [name=timeout]").value = "700ms", document.querySelector(".tries [name=fallback]").value = "static")`)
	act(b, try, "Try")
	until(b, `document.getElementById("tried").textContent.includes("timeout 700ms; fallback static")`)
	act(b, choose, "teller-service")
	act(b, callOf, "ledger")
	act(b, try, "Without this call")
	until(b, `document.getElementById("tried").textContent.includes("teller-service does not call ledger")`)
	until(b, `document.getElementById("status").textContent.startsWith("ledger, stop: ")`)

	same := func() {
		t.Helper()
		manifest := eval[string](b, `document.querySelector("[data-text=manifest] pre").textContent`)
		file := filepath.Join(t.TempDir(), "tried.yaml")
		if err := os.WriteFile(file, []byte(manifest), 0o666); err != nil {
			t.Fatal(err)
		}
		compare(b, "ledger", "stop", dir, file)
	}
	same()

	// Who suffers without the changes is beside it.
	act(b, choose, "ledger")
	act(b, `document.querySelector("[data-when=before]").click()`)
	compare(b, "ledger", "stop", dir)
	act(b, `document.querySelector("[data-when=after]").click()`)
	if status, details := eval[string](b, `document.getElementById("status").textContent`), eval[string](b, `document.getElementById("details").textContent`); !strings.Contains(details, "before: failed") {
		t.Errorf("the details do not have what was before: %s, %s", status, details)
	}
	address := eval[string](b, `location.href`)
	act(b, `[...document.querySelectorAll("#tried button")].filter(e => e.textContent === "Take back")[1].click()`)
	until(b, `!document.getElementById("tried").textContent.includes("700ms")`)
	until(b, `document.getElementById("status").textContent.startsWith("ledger, stop: ")`)
	same()
	b.quiet()

	// The address has what is assumed.
	c := openTab(t, address, false)
	until(c, `document.getElementById("tried").textContent.includes("timeout 700ms; fallback static")`)
	if dir := os.Getenv("WEIR_AXE"); dir != "" {
		accessible(c, dir)
	}
}

// compare compares the states of all services with those of weir blast.
func compare(b *tab, ids, mode string, sources ...string) {
	b.t.Helper()
	want := blast(b.t, ids, mode, sources...)["all"]
	for id, state := range eval[map[string]string](b, states) {
		if w := want[id]; !strings.Contains(","+ids+",", ","+id+",") && state != w && !(w == "" && state == "unaffected") {
			b.t.Errorf("%s, %s: %s is %s in the page, %q for weir blast", ids, mode, id, state, w)
		}
	}
	if b.t.Failed() {
		b.t.Log(fmt.Sprint(want))
	}
}
