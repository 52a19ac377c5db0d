//! What memory the template gives to functions.

use std::collections::BTreeMap;

/// The memory of each function in the template, where it stands below the function's own line.
pub(crate) fn memory(template: &str) -> BTreeMap<String, f64> {
    let mut function = None;
    let mut memory = BTreeMap::new();
    for line in template.lines() {
        if let Some(name) = line.strip_prefix("  ").and_then(|line| line.strip_suffix("Function:")) {
            function = (!name.starts_with(' ')).then(|| name.to_owned());
        }
        let size = line.trim().strip_prefix("MemorySize: ").and_then(|size| size.parse().ok());
        if let (Some(size), Some(name)) = (size, function.take_if(|_| line.contains("MemorySize: "))) {
            memory.insert(name, size);
        }
    }
    memory
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_the_memory_that_the_template_gives_it() {
        let template = "Resources:\n  LogInFunction:\n    Properties:\n      MemorySize: 1024\n  \
                        Globals:\n    Function:\n      MemorySize: 1\n  SyncFunction:\n      MemorySize: 256\n";
        let read = memory(template);
        assert_eq!(
            read.into_iter().collect::<Vec<_>>(),
            [("LogIn".to_owned(), 1024.0), ("Sync".to_owned(), 256.0)]
        );
    }
}
