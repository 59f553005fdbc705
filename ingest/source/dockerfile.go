package source

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/image"
)

func isDockerfile(base string) bool {
	return base == "dockerfile" || strings.HasPrefix(base, "dockerfile.") || strings.HasPrefix(base, "dockerfile_") || strings.HasPrefix(base, "dockerfile-") || strings.HasSuffix(base, ".dockerfile")
}

// readDockerfile reads that a directory has a Dockerfile, the directories that it takes, and the variables that it
// sets, which are the defaults of the program.
func readDockerfile(d *document.Document, f *graph.Facts) {
	dir := directoryOf(d, path.Base(path.Dir(path.Clean(d.File))), graph.DirectoryDockerfile)
	if dir.Dir == "." {
		dir.Name = ""
	}
	c := graph.CodeFile{Origin: d.Line(1, 1)}
	continued, env := false, false
	for n, line := range strings.Split(string(d.Text), "\n") {
		rest := strings.TrimSpace(line)
		if strings.HasPrefix(rest, "#") || rest == "" {
			continue
		}
		if !continued {
			instruction, after, _ := strings.Cut(rest, " ")
			env = strings.EqualFold(instruction, "ENV")
			if words := strings.Fields(after); strings.EqualFold(instruction, "FROM") && len(words) > 0 {
				dir.Proxy = image.IsProxy(words[0]) // of the last stage
			}
			if strings.EqualFold(instruction, "COPY") || strings.EqualFold(instruction, "ADD") {
				dir.Copies = append(dir.Copies, copies(after)...)
			}
			rest = strings.TrimSpace(after)
		}
		continued = strings.HasSuffix(rest, `\`)
		if env {
			readVariables(d, strings.TrimSpace(strings.TrimSuffix(rest, `\`)), line, n+1, &c)
		}
	}
	f.CodeDirectories = append(f.CodeDirectories, dir)
	if len(c.Places) > 0 {
		f.Code = append(f.Code, c)
	}
}

// copies returns the directories that an instruction takes from where the image is built, without the whole of it.
func copies(rest string) []string {
	words := strings.Fields(rest)
	var list []string
	for i, w := range words {
		switch {
		case strings.HasPrefix(w, "--from"), strings.HasPrefix(w, "["):
			return nil
		case strings.HasPrefix(w, "--"), i == len(words)-1:
			continue
		case image.ModuleOf(w) != "":
			list = append(list, image.ModuleOf(w))
			continue
		case strings.ContainsAny(w, "*?$:"):
			continue
		}
		if dir := path.Clean(w); dir != "." && !path.IsAbs(dir) && !strings.HasPrefix(dir, "..") && path.Ext(dir) == "" {
			list = append(list, dir)
		}
	}
	return list
}

// readVariables reads what a line of ENV sets: "A=b C=d", or "A b" in the old form.
func readVariables(d *document.Document, rest, line string, number int, c *graph.CodeFile) {
	words := strings.Fields(rest)
	if len(words) == 2 && !strings.Contains(words[0], "=") {
		words = []string{words[0] + "=" + words[1]}
	}
	for _, w := range words {
		key, text, ok := strings.Cut(w, "=")
		text = strings.Trim(text, `"'`)
		if !ok || len(text) < 3 || strings.Contains(text, "$") {
			continue
		}
		c.Places = append(c.Places, graph.CodePlace{
			Kind: graph.CodeDefault, Key: key, Text: settingText(key, text, true), Origin: d.Line(number, max(strings.Index(line, w), 0)+1),
		})
	}
}
