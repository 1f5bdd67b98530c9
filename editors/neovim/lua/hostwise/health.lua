-- :checkhealth hostwise
local M = {}

function M.check()
  vim.health.start('hostwise')
  local program = require('hostwise').config.cmd[1]
  if vim.fn.executable(program) == 0 then
    vim.health.error(program .. ' is not on PATH', { 'cargo install --locked --path server' })
    return
  end
  local version = vim.trim(vim.fn.system({ program, '--version' }))
  vim.health.ok(version .. ' at ' .. vim.fn.exepath(program))
  local clients = vim.lsp.get_clients({ name = 'hostwise' })
  if #clients == 0 then
    vim.health.info('not running: open an inventory or a variable file')
  end
  for _, client in ipairs(clients) do
    local root = client.root_dir or client.config.root_dir or 'no folder'
    vim.health.ok('running for ' .. root .. ', ' .. client.offset_encoding)
  end
end

return M
