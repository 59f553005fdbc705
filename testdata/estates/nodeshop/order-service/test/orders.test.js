axios.get("http://cache:6379");
