package settings

import (
	"path"
	"strings"
)

// SpringModule is the folder that names the service whose configuration lies at
// file: the module above src/main/resources, or else the folder itself, unless
// its name only says that configuration is kept there. It returns "" if no
// folder tells.
func SpringModule(file string) string {
	dir := path.Dir(file)
	if module, _, ok := strings.Cut(dir+"/", "/src/"); ok {
		return folderName(module)
	}
	return NearestFolder(dir)
}

func folderName(dir string) string {
	if name := path.Base(dir); name != "." && name != "/" && name != ".." {
		return name
	}
	return ""
}

// NearestFolder is the first name on the way up from a folder that says more than
// that configuration is kept there.
func NearestFolder(dir string) string {
	for dir != "." && dir != "/" {
		switch name := path.Base(dir); {
		case strings.HasPrefix(name, "conf"), name == "resources", name == "src", name == "main", name == "etc", name == "..":
			dir = path.Dir(dir)
		default:
			return name
		}
	}
	return ""
}
