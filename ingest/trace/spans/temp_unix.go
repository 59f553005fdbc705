//go:build !windows

package spans

import "os"

// createTemp opens a new file that has no name: it is gone when it is closed, and
// when the process ends in whatever way.
func createTemp(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "weir-*.spans")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
