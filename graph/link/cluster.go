package link

// cluster finds callees that are members of one cluster. Calls among members become peers
// (peers.go), the calls of others to several of them groups (lists.go).
func (l *linker) cluster() {
	c := &clusters{linker: l, programs: l.programs(), parent: map[int]int{}, stores: map[int]bool{}}
	c.findPeers()
	c.findLists()
	c.group()
}
