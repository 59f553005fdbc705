package link

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// addTargets adds the namespaces that kustomizations deploy the objects of files to, of files that
// have none of their own. The outermost one that gives a namespace decides. What two outermost ones
// deploy to different namespaces has none here, and nor has what is deployed together with it: the
// parts of a system stay in one.
func (l *linker) addTargets(byFile map[string]string) {
	t := targets{by: map[string]*graph.DeploymentTarget{}, listed: map[string]bool{}, given: map[string]map[string]bool{}}
	for i := range l.f.Targets {
		if k := &l.f.Targets[i]; k.Path == "" {
			t.by[k.Directory] = k
			for _, dir := range k.Directories {
				t.listed[dir] = true
			}
		}
	}
	for i := range l.f.Targets { // those that Flux deploys are outermost only for it
		if k := t.below(l.f.Targets[i].Path); k != nil {
			t.start(k, l.f.Targets[i].Namespace)
			t.listed[k.Directory] = true
		}
	}
	for i := range l.f.Targets {
		if k := &l.f.Targets[i]; k.Path == "" && !t.listed[k.Directory] {
			t.start(k, "")
		}
	}
	t.settle()
	for _, d := range t.deployed {
		torn := false
		for file := range d.files {
			torn = torn || len(t.given[file]) > 1
			if ns := t.one(file); ns != "" && byFile[file] == "" {
				byFile[file] = ns
			}
		}
		if torn && d.namespace != "" {
			l.note(d.origin, fmt.Sprintf("the namespace %q is not applied: another kustomization deploys the same files to another namespace", d.namespace),
				"read one of them at a time, or name each under variants in weir.yaml")
		}
	}
}

// targets are what kustomizations deploy.
type targets struct {
	by       map[string]*graph.DeploymentTarget   // by directory
	ends     map[string][]*graph.DeploymentTarget // by the last step of it; see below
	listed   map[string]bool                      // directories that other kustomizations list
	deployed []deployment                         // what each outermost kustomization deploys
	given    map[string]map[string]bool           // the namespaces of each file
}

// A deployment is what an outermost kustomization deploys, and where to.
type deployment struct {
	origin    graph.Origin
	namespace string
	files     map[string]bool
}

// maxListed is how many kustomizations an outermost one may list, through others too.
const maxListed = 1000

// start adds what an outermost kustomization deploys.
func (t *targets) start(k *graph.DeploymentTarget, namespace string) {
	d := deployment{k.Origin, cmp.Or(namespace, k.Namespace), map[string]bool{}}
	t.deploy(k, namespace, d.files, map[[2]string]bool{})
	t.deployed = append(t.deployed, d)
}

// deploy adds the files of a kustomization and of those that it lists, each once for a namespace.
func (t *targets) deploy(k *graph.DeploymentTarget, namespace string, files map[string]bool, met map[[2]string]bool) {
	namespace = cmp.Or(namespace, k.Namespace)
	if at := [2]string{k.Directory, namespace}; met[at] || len(met) >= maxListed {
		return
	} else {
		met[at] = true
	}
	for _, file := range k.Files {
		files[file] = true
		if t.given[file] == nil {
			t.given[file] = map[string]bool{}
		}
		t.given[file][namespace] = true
	}
	for _, dir := range k.Directories {
		if inner := t.by[dir]; inner != nil {
			t.deploy(inner, namespace, files, met)
		}
	}
}

// one returns the one namespace of a file, "" if it has none or several.
func (t *targets) one(file string) string {
	if given := t.given[file]; len(given) == 1 {
		for ns := range given {
			return ns
		}
	}
	return ""
}

// settle takes the namespaces from all that is deployed together with a file of several.
func (t *targets) settle() {
	with := map[string][]int{} // by file: the deployments that have it
	for i, d := range t.deployed {
		for file := range d.files {
			with[file] = append(with[file], i)
		}
	}
	var torn []string
	for file, given := range t.given {
		if len(given) > 1 {
			torn = append(torn, file)
		}
	}
	met := make([]bool, len(t.deployed))
	for len(torn) > 0 {
		file := torn[len(torn)-1]
		torn = torn[:len(torn)-1]
		for _, i := range with[file] {
			if met[i] {
				continue
			}
			met[i] = true
			for other := range t.deployed[i].files {
				if len(t.given[other]) == 1 {
					t.given[other]["?"] = true // of several now
					torn = append(torn, other)
				}
			}
		}
	}
}

// below returns the kustomization in a directory that is given relative to the root of a
// repository, nil if there is none or several.
func (t *targets) below(dir string) *graph.DeploymentTarget {
	if k := t.by[dir]; k != nil || !strings.Contains(dir, "/") {
		return k
	}
	if t.ends == nil {
		t.ends = map[string][]*graph.DeploymentTarget{}
		for at, k := range t.by {
			t.ends[path.Base(at)] = append(t.ends[path.Base(at)], k)
		}
	}
	var found *graph.DeploymentTarget
	for _, k := range t.ends[path.Base(dir)] {
		if strings.HasSuffix(k.Directory, "/"+dir) {
			if found != nil {
				return nil
			}
			found = k
		}
	}
	return found
}
