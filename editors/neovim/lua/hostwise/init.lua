-- hostwise for Neovim 0.10, which has no vim.lsp.enable: require('hostwise').setup() starts the server for the files it reads.
local M = {}

M.config = {
  name = 'hostwise',
  cmd = { 'hostwise', 'server' },
  filetypes = { 'yaml', 'yaml.ansible', 'dosini', 'toml' },
  root_markers = { 'ansible.cfg', 'galaxy.yml', 'group_vars', '.git' },
}

---Starts the server for every buffer of a fitting file type, or enables it the new way where there is one.
---@param options table? replaces parts of M.config
function M.setup(options)
  local config = vim.tbl_extend('force', M.config, options or {})
  if vim.lsp.enable then
    vim.lsp.config('hostwise', config)
    return vim.lsp.enable('hostwise')
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('hostwise', {}),
    pattern = config.filetypes,
    callback = function(event)
      vim.lsp.start({
        name = config.name,
        cmd = config.cmd,
        root_dir = vim.fs.root(event.buf, config.root_markers),
        init_options = config.init_options,
      }, { bufnr = event.buf })
    end,
  })
end

return M
