-- Loaded at start when this directory is on 'runtimepath'.
vim.api.nvim_create_user_command('Hostwise', function(command) require('hostwise.commands').run(command.fargs) end, {
  nargs = '+',
  desc = 'What every host of an inventory will become',
  complete = function(lead) return require('hostwise.commands').complete(lead) end,
})
