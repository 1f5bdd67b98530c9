-- For Neovim 0.11 and newer: put this directory on 'runtimepath' and call vim.lsp.enable('hostwise').
---@type vim.lsp.Config
return {
  cmd = { 'hostwise', 'server' },
  filetypes = { 'yaml', 'yaml.ansible', 'dosini', 'toml' },
  root_markers = { 'ansible.cfg', 'galaxy.yml', 'group_vars', '.git' },
}
